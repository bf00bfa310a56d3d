import json

import openpyxl
import pytest


@pytest.fixture
def write_csv(tmp_path):
    """Write text as a file and return its path."""

    def write(text, name="points.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


@pytest.fixture
def write_xlsx(tmp_path):
    """Write sheets (name -> rows) as a workbook; `touch` may change it before it is saved."""

    def write(sheets, name="points.xlsx", touch=None):
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.worksheets[0])
        for title, rows in (sheets if isinstance(sheets, dict) else {"Sheet1": sheets}).items():
            sheet = workbook.create_sheet(title)
            for row in rows:
                sheet.append(row)
        if touch is not None:
            touch(workbook)
        path = tmp_path / name
        workbook.save(path)
        return path

    return write


@pytest.fixture
def write_geojson(tmp_path):
    """Write (geometry, properties) pairs as a collection of features."""

    def write(features, name="points.geojson", **members):
        collection = {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": geometry, "properties": properties}
                for geometry, properties in features
            ],
            **members,
        }
        path = tmp_path / name
        path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
        return path

    return write
