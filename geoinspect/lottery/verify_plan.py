"""Check a geoinspect plan with Python alone: python verify_plan.py plan.json [published hash]."""
import hashlib, json, sys
def sha(text): return hashlib.sha256(text.encode()).hexdigest()
def canon(x): return json.dumps(x, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
def need(holds, place):
    if not holds: raise ValueError(place)
def rows_of(x): return isinstance(x, list) and x != [] and isinstance(x[0], dict)
def digests(x):
    if isinstance(x, dict): return {k: digests(v) for k, v in x.items()}
    return [row_digests(row) for row in x] if rows_of(x) else sha(canon(x))[:16]
def row_digests(row):
    deep = {k: digests(v) for k, v in row.items() if rows_of(v)}
    own = sha(canon({k: v for k, v in row.items() if k not in deep}))[:16]
    return deep | {"": own} if deep else own
def compare(a, b, at):
    """Compare nested digests, so that a change is found where it is."""
    if isinstance(a, list) and isinstance(b, list): a, b = ({f"[{i}]": v for i, v in enumerate(x)} for x in (a, b))
    if not (isinstance(a, dict) and isinstance(b, dict)): return need(a == b, at)
    for k in sorted(a.keys() | b.keys()): compare(a.get(k), b.get(k), f"{at}.{k}")
def check(raw, published=None):
    """Raise an error with the place of the first thing that does not hold; return the commitment."""
    plan = json.loads(raw); draw, points = plan["draw"], {p["point_id"]: p for p in plan["points"]}
    compare(digests({k: v for k, v in plan.items() if k != "digests"}), plan["digests"], "plan")
    bound = {k: v for k, v in plan.items() if k not in ("draw", "routes", "digests")}
    bound |= {"public": draw["public"], "secrets_sha256": draw["secrets_sha256"]}
    need(sha(canon(bound)) == draw["commitment"] and published in (None, draw["commitment"]), "published hash")
    need([sha(secret) for secret in draw["secrets"]] == draw["secrets_sha256"], "draw.secrets")
    seed = sha("|".join(["geoinspect draw", *draw["secrets"], draw["public_value"], draw["commitment"]]))
    need(seed == draw["seed"] and len(points) == len(plan["points"]), "draw.seed")
    total, seats, taken, wish = dict.fromkeys(points, 0), {}, {}, {}
    for team, book, drawn, route in zip(plan["teams"], plan["books"], draw["draws"], plan["routes"], strict=True):
        name = f"team {team['team_id']}"
        weights = [int(r["probability"] * 2**53) for r in book["routes"]]
        need(len({x["team_id"] for x in (team, book, drawn, route)}) == 1 and sum(weights) == 2**53, f"book of {name}")
        need([w / 2**53 for w in weights] == [r["probability"] for r in book["routes"]], f"book of {name}")
        for r, weight in zip(book["routes"], weights):
            for point_id in r["stops"]: total[point_id] += weight
        number = {x: int(sha(f"{seed}|{team['team_id']}|{x}"), 16) for x in ("route", "direction", "start")}
        index = next(i for i in range(len(weights)) if sum(weights[:i + 1]) > number["route"] * 2**53 >> 256)
        r = book["routes"][index]
        turned = number["direction"] % 2 == 1 and r["reverse_slack_min"] is not None
        offset = (number["start"] * ((r["reverse_slack_min"] if turned else r["slack_min"]) + 1) >> 256) * 60
        need((drawn["index"], drawn["reversed"], drawn["start_offset_s"]) == (index, turned, offset), f"draw of {name}")
        need([s["point_id"] for s in route["stops"]] == r["stops"][::-1 if turned else 1], f"stops of {name}")
        seats |= {f"{team['team_id']}|{k}": [points[x] for x in r["stops"]] for k in range(team["seats"])}
    def sit(who, met):  # whoever sits may be moved to another seat, but never loses it
        for s in sorted(wish[who], key=lambda s: s in taken):
            if s not in met and not met.add(s) and (s not in taken or sit(taken[s], met)): taken[s] = who; return 1
    def first(p): return min(sha(f"{seed}|inspector|{p['inspector_id']}|{n}") for n in range(p["tickets"]))
    for who, p in [(p["inspector_id"], p) for p in sorted(plan["inspectors"], key=first)]:
        tied = {s for s in seats if any(x["unit"] in p["units"] or x["district"] in p["districts"] for x in seats[s])}
        wish[who] = sorted(seats.keys() - tied, key=lambda s: sha(f"{seed}|seat|{who}|{s}")); sit(who, set())
    for team, drawn in zip(plan["teams"], draw["inspectors"], strict=True):
        ids = [taken[s] for s in seats if s in taken and s.rpartition("|")[0] == team["team_id"]]
        right = {"team_id": team["team_id"], "inspector_ids": ids, "empty_seats": team["seats"] - len(ids)}
        need(drawn == right, f"inspectors of team {team['team_id']}")
    for x, p in points.items(): need(abs(total[x] / 2**53 - p["inclusion_probability"]) <= 1e-9, f"chance of {x}")
    need(raw == (canon(plan) + "\n").encode(), "canonical form")
    return draw["commitment"]
if __name__ == "__main__": print("The plan holds:", check(open(sys.argv[1], "rb").read(), *sys.argv[2:3]))
