"""
Put a map, its data and everything it needs into one HTML file.

folium makes the Leaflet map. Every resource that folium would load from the internet is
replaced by the text of a vendored file, or dropped because nothing on the page uses it;
a name that is not in the table stops the rendering, so that no new link can slip in.
Data travels as JSON that the scripts read with `textContent`: no text of a user ever
becomes markup or script. A Content-Security-Policy names the hashes of our scripts and
allows nothing else, neither foreign scripts nor any network.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Literal, cast

from jinja2 import Environment, FunctionLoader
from markupsafe import Markup

from geoinspect.maps.assets import read_asset, read_style
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable

    import folium
    from branca.element import Figure

    from geoinspect.messages import Language

Bounds = tuple[float, float, float, float]
Kind = Literal["points", "routes", "heat", "timeline", "streetrates"]

OSM_ATTRIBUTION = "© OpenStreetMap contributors"

_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_REFERRING = ("src", "href", "srcset", "data", "poster", "action")
_SHARED_SCRIPTS = {
    "heat": ("js/rates.js", "js/overlays.js"),
    "timeline": ("js/rates.js", "js/overlays.js", "js/surface.js"),
    "streetrates": ("js/rates.js",),
}
_STYLES = ("css/map.css", "css/page.css")
_BASEMAP_SCRIPTS = ("vendor/pmtiles.js", "vendor/protomaps-leaflet.js")

# what folium asks for, by folium's own names: the vendored file, or None for "not needed"
_FOLIUM_RESOURCES: dict[str, str | None] = {
    "leaflet": "vendor/leaflet.js",
    "leaflet_css": "vendor/leaflet.css",
    "jquery": None,
    "bootstrap": None,
    "awesome_markers": None,
    "bootstrap_css": None,
    "glyphicons_css": None,
    "awesome_markers_font_css": None,
    "awesome_markers_css": None,
    "awesome_rotate_css": None,
}


@dataclass(frozen=True)
class Page:
    """
    One map page before it is written.

    Attributes
    ----------
    kind
        Which script draws the page.
    language
        Language of all labels.
    title
        Title of the map, as plain text.
    bounds
        West, south, east, north of what the map first shows, in WGS-84 degrees.
    payload
        Data of the page, JSON values only. May hold any text.
    basemap
        PMTiles archive of the base map, or None for a page without streets.
    attribution
        Who made the data of the base map.
    dark
        Whether base map and panel are dark.
    """

    kind: Kind
    language: Language
    title: str
    bounds: Bounds
    payload: dict[str, Any]
    basemap: bytes | None = None
    attribution: str = OSM_ATTRIBUTION
    dark: bool = False


def render_page(page: Page) -> str:
    """
    Return the page as one HTML document that needs no other file and no network.

    Raises
    ------
    LookupError
        If folium asks for a resource that is not in the table of known ones.
    RuntimeError
        If the finished document still refers to something outside itself.
    """
    leaflet, folium_parts = _split_folium(_leaflet_map(page))
    template = _templates().get_template("page.html")
    document = template.render(
        lang=_HTML_LANGUAGES[page.language],
        title=page.title,
        kind=page.kind,
        dark=page.dark,
        translate=translator(page.language),
        head=folium_parts["head"],
        styles=[*leaflet["styles"], *(_inline_style(name) for name in _STYLES)],
        map_html=folium_parts["html"],
        licences=Markup(read_asset("vendor/THIRD_PARTY.md")),
        data=_embed_json(_payload(page)),
        basemap=_base64(page.basemap),
        scripts=[
            *leaflet["scripts"],
            *(_inline_script(name) for name in _BASEMAP_SCRIPTS if page.basemap),
            folium_parts["script"],
            *(_inline_script(name) for name in own_scripts(page.kind)),
        ],
    )
    return _seal(document)


def _payload(page: Page) -> dict[str, Any]:
    """Everything the scripts of the page read."""
    return {
        **page.payload,
        "kind": page.kind,
        "language": page.language,
        "title": page.title,
        "bounds": page.bounds,
        "attribution": page.attribution if page.basemap else "",
        "words": page_words(page.kind, page.language),
        "basemapStyle": read_style("basemap-dark" if page.dark else "basemap"),
    }


def own_scripts(kind: Kind) -> tuple[str, ...]:
    """Return our own scripts of a kind of page, in the order in which they need each other."""
    return ("js/streets.js", "js/core.js", *_SHARED_SCRIPTS.get(kind, ()), f"js/{kind}.js")


def page_words(kind: Kind, language: Language) -> dict[str, str]:
    """Translate every sentence that the scripts of a kind of page ask for, `t("...")`."""
    scripts = "".join(read_asset(name) for name in own_scripts(kind))
    translate = translator(language)
    return {sentence: translate(sentence) for sentence in script_sentences(scripts)}


def script_sentences(script: str) -> list[str]:
    """
    List the English sentences a script shows, each the argument of a call `t("...")`.

    Examples
    --------
    >>> script_sentences('title.textContent = t("Routes"); t("{n} stops", {n: 3})')
    ['Routes', '{n} stops']
    """
    return sorted(set(re.findall(r'\bt\(\s*"([^"]+)"', script)))


def _leaflet_map(page: Page) -> folium.Map:
    """Make the bare Leaflet map; the same input gives the same bytes."""
    import folium

    west, south, east, north = page.bounds
    city = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_start=11,
        zoom_control=False,
        attribution_control=False,
        prefer_canvas=True,
        max_zoom=18,
        min_zoom=7,
        zoom_snap=0.5,
    )
    city._id = "city"  # folium draws a random id
    return city


def _split_folium(city: folium.Map) -> tuple[dict[str, list[Markup]], dict[str, Markup]]:
    """Render folium's figure; return the inlined resources and folium's own parts."""
    from branca.element import CssLink, JavascriptLink

    figure = cast("Figure", city.get_root())
    figure.render()
    resources: dict[str, list[Markup]] = {"scripts": [], "styles": []}
    head = []
    for name, element in figure.header._children.items():
        if isinstance(element, JavascriptLink):
            resources["scripts"] += _inline_resource(name, _inline_script)
        elif isinstance(element, CssLink):
            resources["styles"] += _inline_resource(name, _inline_style)
        else:
            head.append(element.render())
    # folium forbids zooming the page, which people with weak eyes need
    text = re.sub(r"<meta[^>]*>", "", "".join(head))
    parts = {
        "head": Markup(text),
        "html": Markup(figure.html.render()),
        "script": Markup(f"<script>{figure.script.render()}</script>"),
    }
    return resources, parts


def _inline_resource(name: str, inline: Callable[[str], Markup]) -> list[Markup]:
    """Return the vendored text for one of folium's resources; nothing if it is not needed."""
    if name not in _FOLIUM_RESOURCES:
        raise LookupError(f"folium asks for an unknown resource {name!r}")
    path = _FOLIUM_RESOURCES[name]
    return [inline(path)] if path else []


def _inline_script(name: str) -> Markup:
    """Return a script file as an element; a closing tag inside it cannot close the element."""
    text = re.sub(r"^//# sourceMappingURL=.*$", "", read_asset(name), flags=re.MULTILINE)
    return Markup(f"<script>{text.replace('</script', '<' + chr(92) + '/script')}</script>")


def _inline_style(name: str) -> Markup:
    """Return a style file as an element, without the pictures it would load."""
    text = re.sub(r"url\((?!['\"]?(?:data:|#))[^)]*\)", "none", read_asset(name))
    return Markup(f"<style>{text}</style>")


def _embed_json(data: dict[str, Any]) -> Markup:
    """
    Write data as JSON that no HTML parser takes for markup.

    This is the one way user text enters a page: `<` never appears, so that nothing can
    close the element or open another.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


def _base64(content: bytes | None) -> str | None:
    """Encode bytes for a text element."""
    return None if content is None else base64.b64encode(content).decode("ascii")


def _templates() -> Environment:
    """Environment of our templates; every value is escaped."""
    loader = FunctionLoader(lambda name: read_asset(f"templates/{name}"))
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


class _Elements(HTMLParser):
    """Collect what a document refers to, and the text of its scripts."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=False)
        self.references: list[str] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note `src`, `href` and the like of every element."""
        named = dict(attrs)
        self.references += [named[key] or "" for key in _REFERRING if key in named]
        self._in_script = tag == "script" and named.get("type") is None
        if self._in_script:
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        """Keep the text of scripts that the browser runs."""
        if self._in_script:
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """Leave the script."""
        self._in_script = self._in_script and tag != "script"


def _seal(document: str) -> str:
    """Refuse links to the outside, and allow exactly the scripts of the document."""
    elements = _Elements(document)
    outside = [name for name in elements.references if not name.startswith(("data:", "#"))]
    if outside:
        raise RuntimeError(f"the page refers to {outside[0]!r} outside itself")
    digests = (hashlib.sha256(text.encode()).digest() for text in elements.scripts)
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return document.replace("<!--content-policy-->", meta, 1)
