"""Writes xinge_client/schemas.py from docs/openapi.json; `--check` only says whether it is current."""

import json
import keyword
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent / "docs" / "openapi.json"
TARGET = HERE / "xinge_client" / "schemas.py"
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def union(parts: list[str]) -> str:
    return " | ".join(dict.fromkeys(parts)) or "Any"


def annotation(schema: object) -> str:
    """The Python type of a JSON schema."""
    if not isinstance(schema, dict) or not schema:
        return "Any"
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "enum" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return union([annotation(part) for part in schema[key]])
    kinds = schema.get("type", "object" if "properties" in schema else None)
    parts = []
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind == "array":
            if "prefixItems" in schema and not schema.get("items"):
                parts.append("list[Any]")
            else:
                parts.append(f"list[{annotation(schema.get('items'))}]")
        elif kind == "object":
            parts.append(f"dict[str, {annotation(schema.get('additionalProperties'))}]")
        else:
            parts.append(PLAIN.get(kind, "Any"))
    return union(parts)


def flattened(schema: dict, schemas: dict) -> dict:
    """Properties and required keys of a schema, those of its parts included."""
    merged: dict = {"properties": {}, "required": []}
    parts = [flattened(part, schemas) for part in schema.get("allOf", [])]
    if "$ref" in schema:
        parts.append(flattened(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas))
    for part in [*parts, schema]:
        merged["properties"].update(part.get("properties", {}))
        merged["required"].extend(part.get("required", []))
    return merged


def written(document: dict) -> str:
    schemas = document["components"]["schemas"]
    lines = [
        '"""What the API sends and takes. Generated from docs/openapi.json by generate.py."""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Any, Literal, NotRequired, TypedDict",
        "",
        '__all__ = ["Any", "Literal"]',
    ]
    for name, schema in sorted(schemas.items()):
        if "properties" not in schema and "allOf" not in schema:
            # Quoted: it may name what stands further down.
            lines += ["", f"type_{name} = {annotation(schema)!r}", f"{name} = Any"]
            continue
        whole = flattened(schema, schemas)
        fields = []
        for key, value in whole["properties"].items():
            kind = annotation(value)
            fields.append((key, kind if key in whole["required"] else f"NotRequired[{kind}]"))
        if any(keyword.iskeyword(key) or not key.isidentifier() for key, _ in fields):
            pairs = ", ".join(f"{key!r}: {kind!r}" for key, kind in fields)
            lines += ["", "", f"{name} = TypedDict({name!r}, {{{pairs}}})"]
            continue
        lines += ["", "", f"class {name}(TypedDict):"]
        lines += [f"    {key}: {kind}" for key, kind in fields] or ["    pass"]
    return "\n".join(lines) + "\n"


def main() -> int:
    text = written(json.loads(SOURCE.read_text(encoding="utf-8")))
    if "--check" in sys.argv:
        if TARGET.read_text(encoding="utf-8") == text:
            return 0
        print("clients/python/xinge_client/schemas.py is not current: run generate.py", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
