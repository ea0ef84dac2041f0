"""Files of so many suppliers with 13 columns, as CSV and as a JSON list."""

import json

HEADER = ("Supplier Name;Supplier External Id;Mark Supplier as Inactive;Description;Logo;"
          "Supplier Rating;Return Policy;Banner;Account External Id;Status;Store External Id;"
          "CF_region;CF_tier")
COLUMNS = HEADER.count(";") + 1


def external_id(n):
    return f"SUP-{n:07d}"


def write_csv(path, count, days=30):
    """days: of the return policy; another number makes every row another."""
    with open(path, "w", encoding="utf-8", buffering=1 << 20) as f:
        f.write(HEADER + "\n")
        for i in range(count):
            f.write(f"Supplier number {i};{external_id(i)};FALSE;"
                    f"Parts and tools of maker {i % 977};https://cdn.example.com/logo/{i}.png;"
                    f"{i % 5}.{i % 10};{days} days;https://cdn.example.com/banner/{i % 100}.png;;"
                    f"ACTIVE;;north-{i % 7};{i % 3}\n")


def body(i, days=30):
    """The same supplier as an object of the API."""
    return {"name": f"Supplier number {i}", "externalId": external_id(i), "inactive": False,
            "description": f"Parts and tools of maker {i % 977}",
            "logo": f"https://cdn.example.com/logo/{i}.png",
            "supplierRating": float(f"{i % 5}.{i % 10}"), "returnPolicy": f"{days} days",
            "banner": f"https://cdn.example.com/banner/{i % 100}.png",
            "accountExternalId": [], "status": "ACTIVE", "storesExternalId": [],
            "CF_region": f"north-{i % 7}", "CF_tier": str(i % 3)}


def write_json(path, count):
    with open(path, "w", encoding="utf-8", buffering=1 << 20) as f:
        for i in range(count):
            f.write(("[" if i == 0 else ",\n") + json.dumps(body(i), separators=(",", ":")))
        f.write("]\n")
