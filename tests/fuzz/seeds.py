"""Writes inputs to begin with, for each fuzz target a directory of its name.

    seeds.py DIRECTORY
"""

import base64
import io
import json
import os
import pathlib
import shutil
import struct
import sys
import tarfile
import zlib

import numpy
from PIL import Image, features

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "command_line"))
os.environ.setdefault("GLIMPSE", "")  # the cases want to know a binary, which their samples do not
from test_openimageio import AVIF, HEIC, exr  # noqa: E402

CHOICES = 11  # bytes behind an image file: codec_choices in codec_laws.hpp
RANDOM = numpy.random.default_rng(13)


def choices(count=CHOICES):
    return RANDOM.integers(0, 256, count, dtype=numpy.uint8).tobytes()


def saved(picture, extension, **options):
    out = io.BytesIO()
    picture.save(out, extension, **options)
    return out.getvalue()


def photograph(width=44, height=36):
    with Image.open(ROOT / "data" / "images" / "coffee.png") as picture:
        return picture.convert("RGB").resize((width, height))


def pictures():
    """Of each of Pillow's modes, by name."""
    colour = photograph()
    alpha = Image.linear_gradient("L").resize(colour.size)
    with_alpha = colour.copy()
    with_alpha.putalpha(alpha)
    grey_alpha = colour.convert("L").copy()
    grey_alpha.putalpha(alpha)
    return {
        "rgb": colour, "grey": colour.convert("L"), "rgba": with_alpha, "grey_alpha": grey_alpha,
        "palette": colour.quantize(60), "bits": colour.convert("1"), "cmyk": colour.convert("CMYK"),
        "sixteen": Image.fromarray(numpy.asarray(colour.convert("L")).astype(numpy.uint16) * 257),
        "float": Image.fromarray(numpy.asarray(colour.convert("L")).astype(numpy.float32) / 255),
    }


def orientation(number):
    exif = Image.Exif()
    exif[0x0112] = number
    return exif


def jpeg(modes):
    profile = bytes(range(256)) * 2
    for name in ("rgb", "grey", "cmyk"):
        yield name, saved(modes[name], "JPEG", quality=60)
    for subsampling in range(3):
        yield f"subsampled_{subsampling}", saved(modes["rgb"], "JPEG", quality=40, subsampling=subsampling)
        yield f"progressive_{subsampling}", saved(modes["rgb"], "JPEG", quality=40, subsampling=subsampling, progressive=True)
    yield "turned", saved(modes["rgb"], "JPEG", exif=orientation(6).tobytes(), icc_profile=profile)
    yield "restarts", saved(modes["rgb"], "JPEG", restart_marker_blocks=3)
    yield "wide", saved(photograph(200, 9), "JPEG", quality=20)
    yield "without_end", saved(modes["grey"], "JPEG")[:-2]
    yield "with_an_index", saved(modes["rgb"], "MPO", save_all=True, append_images=[modes["grey"]])


def png(modes):
    for name in ("rgb", "grey", "rgba", "grey_alpha", "palette", "bits", "sixteen"):
        yield name, saved(modes[name], "PNG")
    yield "turned", saved(modes["rgb"], "PNG", exif=orientation(5), icc_profile=bytes(range(200)))
    yield "transparent_colour", saved(modes["rgb"], "PNG", transparency=(90, 60, 30))
    yield "transparent_grey", saved(modes["grey"], "PNG", transparency=90)
    yield "transparent_palette", saved(modes["palette"], "PNG", transparency=bytes(range(0, 240, 4)))
    yield "interlaced", interlaced_png()


def interlaced_png():
    """8×8 grey pixels in Adam7's passes."""
    def chunk(kind, data=b""):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b"".join(b"\0" + bytes(8 * y + x for x in range(x0, 8, dx)) for x0, y0, dx, dy in passes for y in range(y0, 8, dy))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")


def npy(modes):
    colour = numpy.asarray(modes["rgb"])
    def array(values, **options):
        out = io.BytesIO()
        numpy.lib.format.write_array(out, values, **options)
        return out.getvalue()
    for kind in ("uint8", "uint16", "float32", "float64", "float16", "int64", "bool", ">f4"):
        yield kind.replace(">", "big_"), array(colour[:9, :11].astype(kind))
    yield "grey", array(colour[:9, :11, 0])
    yield "list", array(colour[0].astype("float32"))
    yield "columns", array(numpy.asfortranarray(colour[:9, :11]))
    yield "batch", array(colour[:10, :11].reshape(2, 5, 11, 3))
    yield "vector", array(colour[0, :11, 0])
    yield "planes", array(colour[:9, :11].transpose(2, 0, 1)[None].astype("float32"))
    yield "version_2", array(colour[:5, :5], version=(2, 0))


def netpbm(modes):
    yield "ppm", saved(modes["rgb"], "PPM")
    yield "pgm", saved(modes["grey"], "PPM")
    yield "pbm", saved(modes["bits"], "PPM")
    yield "plain_pbm", b"P1\n# a comment\n5 3\n1 0 1 0 1\n0 1 0 1 0\n1 1 1 1 1\n"
    yield "plain_pgm", b"P2 3 2 15 0 1 2 3 4 15"
    yield "plain_ppm", b"P3\n2 2\n255\n255 0 0 0 255 0\n0 0 255 9 9 9\n"
    yield "twelve_bits", b"P5 4 2 4095\n" + numpy.arange(8, dtype=">u2").tobytes()
    yield "pfm", b"Pf 5 3 -1\n" + numpy.arange(15, dtype="<f4").tobytes()
    yield "colour_pfm", b"PF 3 2 1\n" + numpy.arange(18, dtype=">f4").tobytes()
    for kind, depth in (("GRAYSCALE", 1), ("RGB_ALPHA", 4), ("BLACKANDWHITE", 1)):
        head = f"P7\nWIDTH 4\nHEIGHT 3\nDEPTH {depth}\nMAXVAL {1 if depth == 1 else 255}\nTUPLTYPE {kind}\nENDHDR\n"
        yield kind.lower(), head.encode() + bytes(n % 2 for n in range(12 * depth))


def bmp(modes):
    for name in ("rgb", "grey", "palette", "bits", "rgba"):
        yield name, saved(modes[name], "BMP")
    rows = bytes(range(64))
    for bits, masks in ((16, (0xF800, 0x7E0, 0x1F)), (32, (0xFF0000, 0xFF00, 0xFF))):
        size = 8 * 4 * bits // 8
        head = struct.pack("<IiiHHIIiiII", 40, 8, -4, 1, bits, 3, size, 0, 0, 0, 0) + struct.pack("<3I", *masks)
        yield f"masks_{bits}", b"BM" + struct.pack("<IHHI", 14 + len(head) + size, 0, 0, 14 + len(head)) + head + (rows * 4)[:size]
    palette = b"".join(bytes((n, 2 * n % 256, 255 - n, 0)) for n in range(16))
    runs = b"\x04\x01\x02\x02\x00\x00\x00\x04\x01\x02\x03\x04\x02\x05\x00\x00\x00\x01"
    head = struct.pack("<IiiHHIIiiII", 40, 6, 2, 1, 8, 1, len(runs), 0, 0, 16, 0)
    yield "runs", b"BM" + struct.pack("<IHHI", 14 + len(head) + 64 + len(runs), 0, 0, 14 + len(head) + 64) + head + palette + runs
    core = struct.pack("<IHHHH", 12, 3, 2, 1, 24)
    yield "os2", b"BM" + struct.pack("<IHHI", 26 + 24, 0, 0, 26) + core + bytes(range(24))


def ico(modes):
    sizes = [(5, 5), (16, 16)]
    for form in ("bmp", "png"):
        for name in ("rgba", "rgb"):
            yield f"{form}_{name}", saved(modes[name], "ICO", sizes=sizes, bitmap_format=form)
    # 4 bits a pixel, and one that says what is transparent.
    bitmap = struct.pack("<IiiHHIIiiII", 40, 9, 6, 1, 4, 0, 0, 0, 0, 16, 0) + bytes(range(64)) + bytes(range(24)) + b"\xa5\x80\0\0" * 3
    yield "palette", struct.pack("<HHHBBBBHHII", 0, 2, 1, 9, 3, 16, 0, 1, 4, len(bitmap), 22) + bitmap


def tiff(modes):
    for name in ("rgb", "grey", "rgba", "grey_alpha", "palette", "bits", "cmyk", "sixteen", "float"):
        yield name, saved(modes[name], "TIFF")
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield compression, saved(modes["rgb"], "TIFF", compression=compression)
    for compression in ("group3", "group4"):
        yield compression, saved(modes["bits"], "TIFF", compression=compression)
    yield "lab", saved(modes["rgb"].convert("LAB"), "TIFF")
    yield "turned", saved(modes["rgb"], "TIFF", tiffinfo={0x0112: 8})
    yield "strips", saved(modes["rgb"], "TIFF", tiffinfo={278: 5}, compression="raw")
    yield "lab", saved(Image.frombytes("LAB", modes["rgb"].size, modes["rgb"].tobytes()), "TIFF", compression="tiff_lzw")
    for big_endian in (False, True):
        yield f"tiles_{int(big_endian)}", tiled_tiff(numpy.asarray(modes["rgb"]), big_endian)


def tiled_tiff(pixels, big_endian):
    """Tiles of 16×16 pixels of 8-bit RGB."""
    order = ">" if big_endian else "<"
    height, width, _ = pixels.shape
    padded = numpy.pad(pixels, ((0, -height % 16), (0, -width % 16), (0, 0)))
    tiles = [padded[y:y + 16, x:x + 16].tobytes() for y in range(0, height, 16) for x in range(0, width, 16)]
    starts = [8 + 768 * n for n in range(len(tiles))]
    end = 8 + 768 * len(tiles)
    tags = [(256, 3, [width]), (257, 3, [height]), (258, 3, [8, 8, 8]), (259, 3, [1]), (262, 3, [2]), (277, 3, [3]),
            (322, 3, [16]), (323, 3, [16]), (324, 4, starts), (325, 4, [768] * len(tiles))]
    directory = struct.pack(order + "H", len(tags))
    extra = b""
    beyond = end + 2 + 12 * len(tags) + 4
    for tag, kind, values in tags:
        packed = struct.pack(order + "HI"[kind == 4] * len(values), *values)
        if len(packed) > 4:
            extra, packed = extra + packed, struct.pack(order + "I", beyond + len(extra))
        directory += struct.pack(order + "HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    head = (b"MM\0*" if big_endian else b"II*\0") + struct.pack(order + "I", end)
    return head + b"".join(tiles) + directory + bytes(4) + extra


def webp(modes):
    for name in ("rgb", "rgba"):
        yield name, saved(modes[name], "WEBP", quality=30)
        yield f"lossless_{name}", saved(modes[name], "WEBP", lossless=True)
    yield "turned", saved(modes["rgb"], "WEBP", exif=orientation(3), icc_profile=bytes(range(200)))
    frames = [modes["rgba"].rotate(90 * turn) for turn in range(3)]
    yield "animated", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def gif(modes):
    yield "palette", saved(modes["palette"], "GIF")
    yield "bits", saved(modes["bits"], "GIF")
    yield "interlaced", saved(modes["palette"], "GIF", interlace=1)
    yield "transparent", saved(modes["palette"], "GIF", transparency=3)
    frames = [modes["palette"].rotate(90 * turn) for turn in range(3)]
    for disposal in range(4):
        yield f"animated_{disposal}", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], disposal=disposal)


# 24×16, by cjxl 0.7.
JXL = {
    "lossless": (
        "/woDQUBxIQgCAQB4AUsYm+1iuVNQUFBQclCIKES4ZIzB0VjMjNHROy7ADs2wEQAMIAQQAGjPA7QS4P//////nzVLkiRJkiRJkqT/f///9f9f///1/1/t//V6"
        "gLwRj9m5lygJqDspaTc+/iI="),
    "lossy": (
        "/woDQUJxIQATCAMAnAHTQQkAgAqVUcYNXs71fPmhw2LaxnWGttq2sCRRZBybpBM4JImECN7GSR3UPcU8Na8/RhFl0dmvyHESHYAEE1SSSADqhk06J3DgnleD"
        "uHWY7wbdKr030S2hb5KADn01CU4d+p8kuHUA"),
    "alpha": (
        "AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAACUanhsY/8KA8GC4kIICBAA/AFLKDQWXu5Y7FJQUFBQcEQjRBSMIgrMjNHROy4Akhpj8BLGGGMM"
        "NxQel4wxOBq7EgAMIAQQQBQwANieHawKxf//T/f/hP7/Er//H+Do//8d8/pfr//1+l+v/0X+X/gffcGhvK6azUc2kSvQ92kosYPEsYTJhHL/HoWBxfAi+OUB"),
    "frames": (
        "/woDBQMIKC4JCAKSCQAAeAFLGJvtYrlTUFBQUHJQiChEuGSMwdFYzIzR0TsuwA7NsBEADCAEEABozwO0EuD//////581S5IkSZIkSZKk/3////X/X///9f9f"
        "7f/1eoC8EY/ZuZcoCag7KWk3Pv4iCAKSCQAARAJLKDO2yRV3R8KgHVSD7yRIECHBEY2iAESMO8kCRhgyFuXFjPEyJi4BBxSDg3RjqxgcimGMMYxBiME8vREA"
        "DCAEEABIxNuGOPD//b9R/79Fg34PvP83ZX6f6pDlWB3kvUpCzLitObJC5a1Ku+vqegfzPu44PDDIfGsYTL6BlF8WFbmSa2lgXT3vcxd5vmEcKvArCAKSBQA0"
        "AksoMW6Nt9DwsD5MFxo0aNDgiEZRABSMO8kCRhgyFuXFjPFiTKSHDWMMBiJicDIGK56QdpwbAcAAQgABgMQQsgyADif/r+L16T3p//+vQ0IZJ0p3vXb4j/r4"
        "//+eeP4v8u9VJ0sYkd3xCHd5veiIkJJNGXIwsqpSUdEk46c60yZIW1Eebzh5XtCcT6AsAA=="),
    "grey": (
        "/woDQVJcCAATCAIAQAGrcgkAgAqVUcYNXs71fPmhw2LaxnWGttq2sCRRZBybpBM4JInUiLsBTgGgKGbswdn9AgAdgAYBlSQSIfNWBwC82oBQC3DUD4TagFAL"
        "cNQPBA=="),
}


def jxl(_modes):
    for name, content in JXL.items():
        yield name, base64.b64decode(content)


def openimageio(modes):
    for name in ("rgb", "grey", "rgba", "palette"):
        yield f"tga_{name}", saved(modes[name], "TGA")
        yield f"tga_runs_{name}", saved(modes[name], "TGA", compression="tga_rle")
    if features.check("jpg_2000"):
        for name in ("rgb", "grey", "rgba"):
            yield f"jp2_{name}", saved(modes[name], "JPEG2000")
        yield "codestream", saved(modes["rgb"], "JPEG2000", no_jp2=True, quality_layers=[20])
    else:
        print("seeds: skipped: JPEG 2000, which this Pillow does not write")
    yield "avif", base64.b64decode(AVIF)
    yield "heic", base64.b64decode(HEIC)
    noise = RANDOM.random((7, 9, 4), dtype=numpy.float32)
    yield "exr", exr("RGBA", noise)
    yield "exr_half", exr("RGB", noise[:, :, :3], half=True)
    yield "exr_windows", exr("RGB", noise[:, :, :3], data_window=(2, 1, 10, 7), display_window=(0, 0, 11, 8))
    yield "hdr", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 3 +X 5\n" + bytes(range(60))


CODECS = (jpeg, png, npy, netpbm, bmp, ico, tiff, webp, gif, jxl, openimageio)


def coco():
    images = [{"id": n, "file_name": f"00000{n}.jpg", "width": 48, "height": 32} for n in (1, 2)]
    boxes = [{"id": n, "image_id": 1 + n % 2, "category_id": 1 + n % 2, "bbox": [n, 2 * n, 10.5, 8], "iscrowd": 0} for n in range(5)]
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    yield "plain", json.dumps({"images": images, "annotations": boxes, "categories": categories})
    yield "pretty", json.dumps({"images": images, "annotations": boxes[:2], "categories": categories}, indent=1)
    odd = [boxes[0] | {"bbox": None}, boxes[1] | {"id": "a", "image_id": 1.0}, boxes[2] | {"bbox": ["1", 2, 3, 4]}]
    lvis = [{"id": 1, "coco_url": "http://host/train/000001.jpg", "width": 48, "height": 32}]
    yield "odd", json.dumps({"images": lvis + [{"id": 18446744073709551615, "file_name": "a\\000002.jpg"}], "annotations": odd, "categories": []})


def yolo():
    yield "boxes", "0 0.5 0.5 0.25 0.2\n1 0.4 0.25 0.3 0.5\n"
    yield "confidence", "0 0.5 0.5 0.25 0.2 0.9\n1 0.4 0.25 0.3 0.5 0.6 7\n"
    yield "polygons", "0 0.1 0.1 0.5 0.1 0.5 0.6 0.2 0.7\n3 0.5 0.5 0.25 0.2\n"
    yield "odd", "\n0\t0.5 0.5 nan 0.2\n-1 0 0 0 0\n1e3 2 2 2 2\n\r\n"


def voc():
    box = "<bndbox><xmin>5</xmin><ymin>4.5</ymin><xmax>20</xmax><ymax>19</ymax></bndbox>"
    size = "<size><width>48</width><height>32</height><depth>3</depth></size>"
    yield "plain", f"<annotation><filename>000001.jpg</filename>{size}<object><name>cat</name>{box}</object></annotation>"
    yield "parts", (f"<?xml version='1.0' encoding='ISO-8859-1'?>\n<annotation>\n{size}<object><name> a &amp; b </name>{box}"
                    f"<part><name>head</name>{box}</part></object><object><name>dog</name></object></annotation>\n")


def rows_of_frames():
    yield "plain", "1,1,10,5,20,15,1,-1,-1,-1\n2,1,11,6,20,15,0.9,-1,-1,-1\n1,2,30,10,8.5,9,1,1,1\n"
    yield "odd", "1,,10,5,20,15,1\n\n3,1,nan,6,20,15,1,-1,-1,-1\r\n2;1;11;6;0;15;1\n"


def rows_of_images():
    yield "commas", "10,5,20,15\n11,6,20,15\nNaN,NaN,NaN,NaN\n12,7,0,0\n"
    yield "tabs", "10\t5\t20\t15\n11\t6\t20.5\t15\n12 7 20 15\n12 7 20 15\n"


def labelme():
    shapes = [{"label": "cat", "shape_type": "rectangle", "points": [[4, 3], [20, 15]], "group_id": None},
              {"label": "dog", "shape_type": "polygon", "points": [[4, 3], [20, 15], [9, 20.5]]},
              {"label": "dot", "shape_type": "circle", "points": [[14, 13], [20, 15]]},
              {"label": "mask", "shape_type": "mask", "points": [[4, 3], [20, 15]], "mask": "AAAA"}]
    yield "plain", json.dumps({"version": "5.0.1", "shapes": shapes, "imagePath": "000001.jpg", "imageHeight": 32, "imageWidth": 48})
    yield "odd", json.dumps({"shapes": [{"points": []}, {"shape_type": "point", "points": [[1, 2]]}, 3]}, indent=2)


FORMATS = {"coco": coco, "yolo": yolo, "voc": voc, "mot": rows_of_frames, "got10k": rows_of_images, "otb": rows_of_images,
           "labelme": labelme}


def data_yaml():
    yield "list", "path: ../data\nnc: 2\nnames: [cat, 'a dog']\n"
    yield "map", "names:\n  0: cat\n  1: dog\nkpt_shape: [1, 3]\ntrain: images\n"
    yield "anchors", "a: &x {0: cat}\nnames: *x\n"


def documents():
    for directory in ("data/parameters", "tests/parameter_documents/good", "tests/parameter_documents/bad"):
        for path in sorted((ROOT / directory).glob("*.json")):
            yield f"{path.parent.name}_{path.stem}", path.read_text()


def manifests():
    for name in ("gaze", "photographs"):
        yield name, "\n".join((ROOT / "data" / "parameters" / f"{name}.jsonl").read_text().splitlines()[:3]) + "\n"
    yield "odd", ('{"image": "a.png"}\n\n{"image": "../b.png", "name": "../x", "mechanism": "crop", "box": [1, 2, 3, 4]}\n'
                  '{"image": 7}\nnot JSON\n{"image": "c.png", "glimpses": [{"id": "one", "mechanism": "stn", "theta": [[1, 0, 0], [0, 1, 0]], "size": [4, 4]}]}')


def archives(modes):
    picture = saved(modes["grey"].resize((12, 8)), "PNG")
    document = json.dumps({"box": [1, 1, 6, 5]}).encode()
    mask = json.dumps({"mechanism": "mask", "file": "a.mask.png"}).encode()
    members = {"a.png": picture, "a.json": document, "./b/c.png": picture, "b/c.png.json": document, "../d.png": picture,
               "n.npy": b"x" * 30, "a.txt": b"cat"}
    masked = {"a.png": picture, "a.mask.png": picture, "a.json": mask}
    for name, content, mode in (("plain", members, "w"), ("gzip", members, "w:gz"), ("bzip2", members, "w:bz2"),
                                ("xz", members, "w:xz"), ("masked", masked, "w")):
        for kind, suffix in ((tarfile.PAX_FORMAT, ""), (tarfile.GNU_FORMAT, "_gnu"), (tarfile.USTAR_FORMAT, "_ustar")):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode=mode, format=kind) as archive:
                for member, data in content.items():
                    info = tarfile.TarInfo(member)
                    info.size = len(data)
                    archive.addfile(info, io.BytesIO(data))
                link = tarfile.TarInfo("e" * (120 if not suffix else 20) + ".png")
                link.type, link.linkname = tarfile.SYMTYPE, "a.png"
                archive.addfile(link)
            data = out.getvalue()
            if mode == "w":
                data = data.rstrip(b"\0") + bytes(1024 + 511)  # without the padding of a whole tape's block
                data = data[:len(data) // 512 * 512]
            yield name + suffix, data


def safetensors(arrays, header=None):
    """By hand: `arrays` are types and arrays by name."""
    entries, data = {"__metadata__": {"made": "by hand"}}, b""
    for name, (kind, values) in arrays.items():
        content = values.tobytes()
        entries[name] = {"dtype": kind, "shape": values.shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(entries).encode() if header is None else header
    return struct.pack("<Q", len(text)) + text + data


def arrays(modes):
    for name, content in npy(modes):
        yield f"npy_{name}", content
    alphas, theta = RANDOM.random((3, 4, 5)), RANDOM.normal(size=(2, 2, 3)).astype("float32")
    for save in (numpy.savez, numpy.savez_compressed):
        out = io.BytesIO()
        save(out, alphas=alphas, theta=theta, step=numpy.int64(7))
        yield save.__name__, out.getvalue()
    typed = {kind: (kind, RANDOM.integers(0, 100, (2, 3)).astype(kind.lower().replace("f", "float").replace("u", "uint", 1)
             if kind[0] in "FU" else kind.lower().replace("i", "int"))) for kind in ("F16", "F32", "F64", "U8", "U16", "I32", "I64")}
    typed["BF16"] = ("BF16", RANDOM.integers(0, 0x7F00, (3,), dtype="uint16"))
    typed["BOOL"] = ("BOOL", numpy.array([True, False]))
    yield "safetensors", safetensors(typed)
    yield "safetensors_lies", safetensors({}, b'{"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 99]}}')
    for name, separator in (("commas", ","), ("semicolons", ";"), ("tabs", "\t"), ("spaces", " ")):
        rows = [separator.join(f"{number:.6g}" for number in row) for row in alphas[0]]
        yield f"table_{name}", "\n".join(["# of a run", separator.join("abcde"), *rows, ""])
    yield "pickle", b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01."


def mechanisms():
    for n in range(60):
        yield f"{n:02}", choices(int(RANDOM.integers(20, 400)))


def write(directory, target, seeds):
    for name, content in seeds:
        (directory / target).mkdir(parents=True, exist_ok=True)
        (directory / target / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def main(directory):
    shutil.rmtree(directory, ignore_errors=True)
    modes = pictures()
    for codec in CODECS:
        write(directory, codec.__name__, ((name, content + choices()) for name, content in codec(modes)))
    for name, seeds in FORMATS.items():
        # Behind each file a byte of flags: one image, all of them, the directory, categories.
        flagged = [(f"{seed}_{flags}", content.encode() + bytes([flags])) for seed, content in seeds() for flags in (0, 2, 3, 22)]
        write(directory, name, flagged)
        write(directory, "annotations", ((f"{name}_{seed}", content) for seed, content in flagged))
    write(directory, "data_yaml", data_yaml())
    write(directory, "document", documents())
    write(directory, "manifest", manifests())
    write(directory, "archive", archives(modes))
    write(directory, "array", arrays(modes))
    write(directory, "mechanism", mechanisms())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
