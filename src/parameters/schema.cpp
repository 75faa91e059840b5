#include "glimpse/parameters.hpp"

namespace glimpse {
namespace {

// What a schema cannot say, the reader does: files that exist, ids that repeat, rows of one length, a size's
// product, defaults that nobody takes, and all that depends on the document's defaults or the command line.
//
// An entry is checked twice: against its mechanism's keys, each with its type, and the pairs of keys that
// exclude each other; and, where the document has no defaults, for being complete.
constexpr std::string_view schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "glimpse parameter document",
  "description": "The glimpses to take of an image: an object with \"glimpses\", an array of entries, or a single entry.",
  "if": {"type": "array"},
  "then": {"minItems": 1, "items": {"$ref": "#/$defs/complete_entry"}},
  "else": {
    "if": {"required": ["glimpses"]},
    "then": {"$ref": "#/$defs/document"},
    "else": {"$ref": "#/$defs/complete_entry"}
  },
  "$defs": {
    "document": {
      "description": "Any key of an entry but its id may stand beside \"glimpses\", as a default for the entries that leave it open.",
      "type": "object",
      "allOf": [{"$ref": "#/$defs/any_keys"}],
      "properties": {
        "version": {"const": 1},
        "id": false,
        "glimpses": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/entry"}}
      },
      "if": {"propertyNames": {"enum": ["version", "glimpses"]}},
      "then": {"properties": {"glimpses": {"items": {"$ref": "#/$defs/complete_entry"}}}},
      "unevaluatedProperties": false
    },
    "entry": {
      "type": "object",
      "properties": {"mechanism": {"$ref": "#/$defs/mechanism"}},
      "if": {"required": ["mechanism"]},
      "then": {"allOf": [
        {"if": {"properties": {"mechanism": {"const": "crop"}}}, "then": {"$ref": "#/$defs/crop"}},
        {"if": {"properties": {"mechanism": {"const": "mask"}}}, "then": {"$ref": "#/$defs/mask"}},
        {"if": {"properties": {"mechanism": {"const": "gaussian"}}}, "then": {"$ref": "#/$defs/gaussian"}},
        {"if": {"properties": {"mechanism": {"const": "stn"}}}, "then": {"$ref": "#/$defs/stn"}}
      ]},
      "else": {"anyOf": [
        {"$ref": "#/$defs/crop"}, {"$ref": "#/$defs/mask"}, {"$ref": "#/$defs/gaussian"}, {"$ref": "#/$defs/stn"}
      ]}
    },
    "complete_entry": {
      "description": "An entry that no defaults complete. \"mechanism\" may be left out beside a box.",
      "allOf": [{"$ref": "#/$defs/entry"}],
      "anyOf": [
        {"required": ["box"]},
        {"required": ["mechanism", "rows", "columns"]},
        {"required": ["mechanism", "x", "y"]},
        {"required": ["mechanism", "draw"]},
        {"required": ["mechanism", "theta"]},
        {"required": ["mechanism", "scale"]},
        {"required": ["mechanism", "shift"]},
        {"required": ["mechanism", "matrix"]},
        {"required": ["mechanism", "file"]},
        {"required": ["mechanism", "grid"]}
      ],
      "dependentRequired": {"threshold": ["kind"]},
      "if": {"required": ["select"], "properties": {"select": {"enum": ["pixels", "box"]}}},
      "then": {"required": ["kind"]}
    },
    "crop": {
      "description": "Hard attention: the box's pixels, resized where a size is given; or the pixels of some rows and columns.",
      "properties": {
        "id": {"$ref": "#/$defs/id"}, "mechanism": {"const": "crop"}, "size": {"$ref": "#/$defs/size"},
        "box": {"$ref": "#/$defs/box"}, "units": {"$ref": "#/$defs/units"},
        "rows": {"$ref": "#/$defs/indices"}, "columns": {"$ref": "#/$defs/indices"},
        "padding": {"$ref": "#/$defs/padding"},
        "interpolation": {"description": "When resized.", "enum": ["nearest", "bilinear"], "default": "bilinear"}
      },
      "additionalProperties": false,
      "dependentSchemas": {
        "rows": {"$ref": "#/$defs/indices_alone"},
        "columns": {"$ref": "#/$defs/indices_alone"}
      }
    },
    "indices_alone": {
      "properties": {"box": false, "units": false, "size": false, "padding": false, "interpolation": false}
    },
    "mask": {
      "description": "Soft attention: each pixel times its weight.",
      "properties": {
        "id": {"$ref": "#/$defs/id"}, "mechanism": {"const": "mask"},
        "box": {"$ref": "#/$defs/box"}, "units": {"$ref": "#/$defs/units"},
        "file": {"$ref": "#/$defs/file"}, "grid": {"$ref": "#/$defs/grid"},
        "x": {"$ref": "#/$defs/mask_axis"}, "y": {"$ref": "#/$defs/mask_axis"},
        "upsample": {"$ref": "#/$defs/upsample"}, "activation": {"$ref": "#/$defs/activation"},
        "kind": {"$ref": "#/$defs/kind"}, "threshold": {"$ref": "#/$defs/threshold"},
        "select": {"$ref": "#/$defs/select"},
        "normalise": {
          "description": "Of x and y as {u, s}: the peak is 1, or each vector sums to 1.",
          "enum": ["peak", "sum"], "default": "peak"
        }
      },
      "additionalProperties": false,
      "anyOf": [
        {"properties": {"x": {"type": "object"}, "y": {"type": "object"}}},
        {"properties": {"x": {"type": "array"}, "y": {"type": "array"}}}
      ],
      "dependentSchemas": {
        "file": {"properties": {"grid": false, "x": false, "y": false, "box": false, "units": false, "normalise": false}},
        "grid": {"properties": {"x": false, "y": false, "box": false, "units": false, "normalise": false}},
        "x": {"$ref": "#/$defs/mask_axes_alone"},
        "y": {"$ref": "#/$defs/mask_axes_alone"},
        "box": {"properties": {"upsample": false, "activation": false, "normalise": false}},
        "normalise": {"properties": {"x": {"type": "object"}, "y": {"type": "object"}}},
        "threshold": {"properties": {"kind": {"const": "hard"}}}
      },
      "if": {"required": ["select"], "properties": {"select": {"enum": ["pixels", "box"]}}},
      "then": {"properties": {"kind": {"const": "hard"}}}
    },
    "mask_axes_alone": {"properties": {"box": false, "units": false, "upsample": false, "activation": false}},
    "gaussian": {
      "description": "A grid of Gaussian filters. Without a box it needs a size, its own, a default, or the command line's.",
      "properties": {
        "id": {"$ref": "#/$defs/id"}, "mechanism": {"const": "gaussian"}, "size": {"$ref": "#/$defs/size"},
        "box": {"$ref": "#/$defs/box"}, "units": {"$ref": "#/$defs/units"}, "sigma": {"$ref": "#/$defs/sigma"},
        "x": {"$ref": "#/$defs/gaussian_axis"}, "y": {"$ref": "#/$defs/gaussian_axis"}, "draw": {"$ref": "#/$defs/draw"},
        "normalise": {
          "description": "eps: 1e-8 is added to each row's mass, so that a row far from every pixel fades to black. safe: it takes the nearest pixel.",
          "enum": ["eps", "safe"], "default": "eps"
        }
      },
      "additionalProperties": false,
      "dependentSchemas": {
        "x": {"$ref": "#/$defs/gaussian_axes_alone"},
        "y": {"$ref": "#/$defs/gaussian_axes_alone"},
        "draw": {"properties": {"box": false, "units": false, "sigma": false}}
      }
    },
    "gaussian_axes_alone": {"properties": {"box": false, "units": false, "sigma": false, "draw": false}},
    "stn": {
      "description": "A spatial transformer. Without a box it needs a size, its own, a default, or the command line's.",
      "properties": {
        "id": {"$ref": "#/$defs/id"}, "mechanism": {"const": "stn"}, "size": {"$ref": "#/$defs/size"},
        "box": {"$ref": "#/$defs/box"}, "units": {"$ref": "#/$defs/units"}, "angle": {"$ref": "#/$defs/angle"},
        "theta": {"$ref": "#/$defs/theta"}, "matrix": {"$ref": "#/$defs/matrix"},
        "scale": {"$ref": "#/$defs/scale"}, "shift": {"$ref": "#/$defs/shift"},
        "align_corners": {"$ref": "#/$defs/align_corners"}, "padding": {"$ref": "#/$defs/padding"},
        "interpolation": {"enum": ["nearest", "bilinear", "bicubic"], "default": "bilinear"}
      },
      "additionalProperties": false,
      "dependentSchemas": {
        "theta": {"properties": {"scale": false, "shift": false, "matrix": false, "box": false, "units": false, "angle": false}},
        "scale": {"$ref": "#/$defs/scale_shift_alone"},
        "shift": {"$ref": "#/$defs/scale_shift_alone"},
        "matrix": {"properties": {"box": false, "units": false, "angle": false}}
      }
    },
    "scale_shift_alone": {"properties": {"matrix": false, "box": false, "units": false, "angle": false}},
    "any_keys": {
      "properties": {
        "mechanism": {"$ref": "#/$defs/mechanism"}, "size": {"$ref": "#/$defs/size"}, "box": {"$ref": "#/$defs/box"},
        "units": {"$ref": "#/$defs/units"}, "rows": {"$ref": "#/$defs/indices"}, "columns": {"$ref": "#/$defs/indices"},
        "padding": {"$ref": "#/$defs/padding"}, "interpolation": {"enum": ["nearest", "bilinear", "bicubic"]},
        "x": {"anyOf": [{"$ref": "#/$defs/gaussian_axis"}, {"$ref": "#/$defs/mask_axis"}]},
        "y": {"anyOf": [{"$ref": "#/$defs/gaussian_axis"}, {"$ref": "#/$defs/mask_axis"}]},
        "draw": {"$ref": "#/$defs/draw"}, "sigma": {"$ref": "#/$defs/sigma"},
        "normalise": {"enum": ["eps", "safe", "peak", "sum"]},
        "theta": {"$ref": "#/$defs/theta"}, "matrix": {"$ref": "#/$defs/matrix"},
        "scale": {"$ref": "#/$defs/scale"}, "shift": {"$ref": "#/$defs/shift"}, "angle": {"$ref": "#/$defs/angle"},
        "align_corners": {"$ref": "#/$defs/align_corners"},
        "file": {"$ref": "#/$defs/file"}, "grid": {"$ref": "#/$defs/grid"},
        "upsample": {"$ref": "#/$defs/upsample"}, "activation": {"$ref": "#/$defs/activation"},
        "kind": {"$ref": "#/$defs/kind"}, "threshold": {"$ref": "#/$defs/threshold"},
        "select": {"$ref": "#/$defs/select"}
      }
    },
    "id": {
      "description": "In the outputs' names: letters, digits, \".\", \"_\" and \"-\". Without it, the entry's position: 000.",
      "type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]*$", "maxLength": 200
    },
    "mechanism": {"enum": ["crop", "mask", "gaussian", "stn"]},
    "size": {
      "description": "The glimpse's [width, height] in pixels; their product is at most 2^28.",
      "type": "array", "minItems": 2, "maxItems": 2,
      "items": {"type": "integer", "minimum": 1, "maximum": 268435456}
    },
    "box": {
      "description": "[x, y, width, height] in pixels from the image's top left edge, or in fractions of the image's width and height.",
      "type": "array", "minItems": 4, "maxItems": 4,
      "prefixItems": [{"type": "number"}, {"type": "number"}, {"$ref": "#/$defs/positive"}, {"$ref": "#/$defs/positive"}]
    },
    "units": {"description": "Of the box.", "enum": ["pixels", "fraction"], "default": "pixels"},
    "positive": {"type": "number", "exclusiveMinimum": 0},
    "indices": {
      "description": "Numbers of the image's rows, or columns, from 0.",
      "type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0, "maximum": 2147483647}
    },
    "numbers": {"type": "array", "minItems": 1, "items": {"type": "number"}},
    "pair": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
    "matrix_2x3": {
      "type": "array", "minItems": 2, "maxItems": 2,
      "items": {"type": "array", "minItems": 3, "maxItems": 3, "items": {"type": "number"}}
    },
    "padding": {
      "description": "What lies outside the image: a word, a value for all channels, or one for each, in the image's units.",
      "anyOf": [{"enum": ["zeros", "border", "reflection", "mean"]}, {"type": "number"}, {"$ref": "#/$defs/numbers"}],
      "default": "zeros"
    },
    "gaussian_axis": {
      "description": "u: the first Gaussian's centre; s > 0: standard deviation; d: distance between neighbours. In pixels, 0 the first pixel's centre.",
      "type": "object", "required": ["u", "s", "d"], "additionalProperties": false,
      "properties": {"u": {"type": "number"}, "s": {"$ref": "#/$defs/positive"}, "d": {"type": "number"}}
    },
    "mask_axis": {
      "description": "As many weights as the image has columns (x) or rows (y); or the Gaussian that makes them: its centre u, its standard deviation s > 0, in pixels, 0 the first pixel's centre.",
      "anyOf": [
        {"$ref": "#/$defs/numbers"},
        {
          "type": "object", "required": ["u", "s"], "additionalProperties": false,
          "properties": {"u": {"type": "number"}, "s": {"$ref": "#/$defs/positive"}}
        }
      ]
    },
    "draw": {
      "description": "DRAW's parameters: the grid's centre, -1 to 1 inside the image; the logarithms of the variance (square pixels), the stride and the intensity.",
      "type": "object", "additionalProperties": false,
      "required": ["gx", "gy", "log_sigma2", "log_delta", "log_gamma"],
      "properties": {
        "gx": {"type": "number"}, "gy": {"type": "number"}, "log_sigma2": {"type": "number"},
        "log_delta": {"type": "number"}, "log_gamma": {"type": "number"}
      }
    },
    "sigma": {
      "description": "Standard deviation, in units of the distance between neighbouring Gaussians.",
      "$ref": "#/$defs/positive", "default": 0.5
    },
    "theta": {
      "description": "From normalised glimpse to normalised image coordinates, both -1 to 1; the first row makes x.",
      "$ref": "#/$defs/matrix_2x3"
    },
    "matrix": {
      "description": "From glimpse pixel to image pixel, pixel centres at whole numbers; the first row makes x.",
      "$ref": "#/$defs/matrix_2x3"
    },
    "scale": {"description": "[sx, sy] of theta.", "$ref": "#/$defs/pair", "default": [1, 1]},
    "shift": {"description": "[tx, ty] of theta.", "$ref": "#/$defs/pair", "default": [0, 0]},
    "angle": {"description": "Degrees, clockwise on the screen, about the box's centre.", "type": "number", "default": 0},
    "align_corners": {
      "description": "Normalised coordinates -1 and 1 are the centres of the outer pixels, rather than their outer edges.",
      "type": "boolean", "default": false
    },
    "file": {
      "description": "A grey picture or a .npy array of weights; relative to the document.",
      "type": "string", "minLength": 1
    },
    "grid": {
      "description": "Rows of weights, equally long, upsampled to the image's size.",
      "type": "array", "minItems": 1, "items": {"$ref": "#/$defs/numbers"}
    },
    "upsample": {"enum": ["nearest", "bilinear", "bicubic"], "default": "bilinear"},
    "activation": {
      "description": "Applied before upsampling; softmax over the whole grid.",
      "enum": ["none", "sigmoid", "softmax"], "default": "none"
    },
    "kind": {
      "description": "soft: weights of 0 to 1; hard: 0 or 1; free: any finite weights.",
      "enum": ["soft", "hard", "free"], "default": "soft"
    },
    "threshold": {"description": "Of a hard mask: weights from here on become 1, the rest 0.", "type": "number"},
    "select": {
      "description": "Of a hard mask: the list of its pixels, or its bounding box.",
      "enum": ["none", "pixels", "box"], "default": "none"
    }
  }
}
)json";

}  // namespace

std::string_view parameter_schema() {
    return schema;
}

}  // namespace glimpse
