"""Check a geoinspect plan with Python alone: python verify_plan.py plan.json [published hash]."""
import hashlib, json, sys
from datetime import datetime, timedelta

def sha(text): return hashlib.sha256(text.encode()).hexdigest()
def canon(x): return json.dumps(x, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
def ms(seconds): return round(seconds * 1000)
def need(holds, place):
    if not holds: raise ValueError(place)

def rows_match(rows, digests, place):
    """Compare rows with their digests, so that a change is found where it is."""
    for i, row in enumerate(rows):
        need(digests[i:i + 1] == [sha(canon(row))[:16]], f"{place}[{i}]")

def check(raw, published=None):
    """Raise an error with the place of the first thing that does not hold; return the commitment."""
    plan = json.loads(raw)
    draw, digests, points = plan["draw"], plan["digests"], {p["point_id"]: p for p in plan["points"]}
    need(digests["head"] == {k: sha(canon(plan[k]))[:16] for k in ("city", "date", "parameters", "software")}, "head")
    for k, v in draw.items():
        need(digests["draw"][k] == ([sha(canon(x)) for x in v] if isinstance(v, list) else sha(canon(v))), f"draw.{k}")
    for part in ("points", "excluded", "teams"): rows_match(plan[part], digests[part], part)
    for b, book in enumerate(plan["books"]):
        rows_match(book["routes"], digests["books"][b]["routes"], f"books[{b}].routes")
        rows_match([{k: v for k, v in book.items() if k != "routes"}], [digests["books"][b]["book"]], f"books[{b}]")
    for r, route in enumerate(plan["routes"]):
        for part in ("stops", "legs"): rows_match(route[part], digests["routes"][r][part], f"routes[{r}].{part}")
        need(digests["routes"][r]["route"] == sha(canon(route)), f"routes[{r}]")
    bound = {k: v for k, v in plan.items() if k not in ("draw", "routes", "digests")}
    bound |= {"public": draw["public"], "secrets_sha256": draw["secrets_sha256"]}
    need(sha(canon(bound)) == draw["commitment"] and published in (None, draw["commitment"]), "published hash")
    need([sha(secret) for secret in draw["secrets"]] == draw["secrets_sha256"], "draw.secrets")
    seed = sha("|".join(["geoinspect draw", *draw["secrets"], draw["public_value"], draw["commitment"]]))
    need(seed == draw["seed"] and len(points) == len(plan["points"]), "draw.seed")
    total = dict.fromkeys(points, 0)
    for team, book, drawn, route in zip(plan["teams"], plan["books"], draw["draws"], plan["routes"], strict=True):
        name = f"team {team['team_id']}"
        need(team["team_id"] == book["team_id"] == drawn["team_id"] == route["team_id"], name)
        weights = [int(r["probability"] * 2**53) for r in book["routes"]]
        need([w / 2**53 for w in weights] == [r["probability"] for r in book["routes"]], f"book of {name}")
        need(sum(weights) == 2**53, f"book of {name}")
        for r, weight in zip(book["routes"], weights):
            for point_id in r["stops"]: total[point_id] += weight
        number = {x: int(sha(f"{seed}|{team['team_id']}|{x}"), 16) for x in ("route", "direction", "start")}
        index = next(i for i in range(len(weights)) if sum(weights[:i + 1]) > number["route"] * 2**53 >> 256)
        start, end = (datetime.fromisoformat(team["shift"][x]) for x in ("start", "end"))
        r, shift = book["routes"][index], (end - start) // timedelta(milliseconds=1)
        at_stops = sum(ms(points[point_id]["service_time_s"]) for point_id in r["stops"])
        turned = number["direction"] % 2 == 1 and ms(r["reverse_travel_s"]) + at_stops <= shift
        slack = shift - at_stops - ms(r["reverse_travel_s"] if turned else r["travel_s"])
        offset = (number["start"] * (slack // 60000 + 1) >> 256) * 60
        need((drawn["index"], drawn["reversed"], drawn["start_offset_s"]) == (index, turned, offset), f"draw of {name}")
        need([s["point_id"] for s in route["stops"]] == r["stops"][::-1 if turned else 1], f"stops of {name}")
    for point_id, point in points.items():
        need(abs(total[point_id] / 2**53 - point["inclusion_probability"]) <= 1e-9, f"chance of {point_id}")
    need(raw == (canon(plan) + "\n").encode(), "canonical form")
    return draw["commitment"]

if __name__ == "__main__": print("The plan holds:", check(open(sys.argv[1], "rb").read(), *sys.argv[2:3]))
