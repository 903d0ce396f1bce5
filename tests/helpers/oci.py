#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""oci.py LAYOUT add-layer FILE | config JSON | nest TYPE - change an OCI image
layout by hand.

add-layer: FILE, a tar, becomes one more layer. config: how the image is run; its
history and its layers must be one of each. nest: the index names another index, of
that media type, which names the image."""
import hashlib
import json
import sys

layout, what, value = sys.argv[1:]
blobs = layout + "/blobs/sha256/"


def get(descriptor):
    with open(blobs + descriptor["digest"][7:], encoding="utf-8") as file:
        return json.load(file)


def put(data):
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    name = hashlib.sha256(data).hexdigest()
    with open(blobs + name, "wb") as file:
        file.write(data)
    return {"digest": "sha256:" + name, "size": len(data)}


with open(layout + "/index.json", encoding="utf-8") as file:
    index = json.load(file)
manifest = get(index["manifests"][0])
if what == "add-layer":
    with open(value, "rb") as file:
        manifest["layers"].append(put(file.read()))
elif what == "config":
    config = get(manifest["config"])
    assert len(config["history"]) == len(config["rootfs"]["diff_ids"]) == 1
    config["config"] = json.loads(value)
    manifest["config"].update(put(config))
index["manifests"][0].update(put(manifest))
if what == "nest":
    inner = put({"schemaVersion": 2, "mediaType": value, "manifests": index["manifests"]})
    index["manifests"] = [{"mediaType": value, **inner}]
with open(layout + "/index.json", "w", encoding="utf-8") as file:
    json.dump(index, file)
