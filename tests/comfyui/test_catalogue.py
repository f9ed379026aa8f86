"""Reading /object_info, in whichever way a server writes it."""

from tests.comfyui.scripted import LoadFixture
from tests.fakes.comfyui import CATALOGUE
from wrldbldr.comfyui.catalogue import parse_catalogue


def test_both_ways_of_writing_a_combo_give_the_same_options() -> None:
    catalogue = parse_catalogue(
        {
            "V1": {"input": {"required": {"model": [["a", "b"], {"tooltip": "x"}]}}},
            "V1 bare": {"input": {"required": {"model": [["a", "b"]]}}},
            "V3": {"input": {"required": {"model": ["COMBO", {"options": ["a", "b"]}]}}},
        }
    )
    for name in ("V1", "V1 bare", "V3"):
        assert catalogue.options(name, "model") == ("a", "b")
        spec = catalogue.input(name, "model")
        assert spec
        assert spec.type == "COMBO"


def test_numbers_texts_and_uploads_keep_what_a_form_needs() -> None:
    steps = CATALOGUE.input("KSampler", "steps")
    assert steps
    assert (steps.type, steps.minimum, steps.maximum, steps.default) == ("INT", 1, 10000, 20)
    seed = CATALOGUE.input("KSampler", "seed")
    assert seed
    assert seed.is_seed
    assert seed.maximum == 2**64 - 1
    text, image, model = (
        CATALOGUE.input(*name) for name in (("CLIPTextEncode", "text"), ("LoadImage", "image"), ("KSampler", "model"))
    )
    assert text
    assert text.is_multiline
    assert image
    assert image.is_image_upload
    assert model
    assert (text.is_widget, image.is_widget, model.is_widget) == (True, True, False)


def test_inputs_come_in_the_servers_order_required_first_and_hidden_never() -> None:
    raw: dict[str, object] = {
        "A": {
            "input": {
                "optional": {"mask": ["MASK"]},
                "hidden": {"prompt": "PROMPT"},
                "required": {"b": ["INT", {}], "a": ["INT", {}], "late": ["INT"]},
            },
            "input_order": {"required": ["a", "b", "gone"], "optional": ["mask"]},
            "output": ["IMAGE", "MASK"],
            "output_name": ["picture", "hole"],
            "output_node": True,
            "display_name": "The A",
        }
    }
    catalogue = parse_catalogue(raw)
    found = catalogue.find("A")
    assert found
    assert list(found.inputs) == ["a", "b", "late", "mask"]
    assert [spec.is_required for spec in found.inputs.values()] == [True, True, True, False]
    assert (found.output_types, found.output_names) == (("IMAGE", "MASK"), ("picture", "hole"))
    assert (found.title, found.is_output) == ("The A", True)


def test_missing_classes_are_all_named_once_in_order() -> None:
    assert CATALOGUE.missing(["KSampler", "IPAdapter", "Nope", "IPAdapter"]) == ("IPAdapter", "Nope")
    assert CATALOGUE.has("KSampler")
    assert not CATALOGUE.has("Nope")
    assert CATALOGUE.options("Nope", "x") == CATALOGUE.options("KSampler", "nope") == ()


def test_odd_nodes_are_survived_with_whatever_can_be_understood() -> None:
    raw: dict[str, object] = {
        "not an object": 7,
        "empty": {},
        "no lists": {"input": {"required": {"a": "INT", "b": [], "c": None}, "optional": None}, "output": "IMAGE"},
        "odd combos": {
            "input": {
                "required": {
                    "numbers": ["COMBO", {"options": [5, 10]}],
                    "dynamic": ["COMFY_DYNAMICCOMBO_V3", {"options": [{"key": "by size", "inputs": {}}]}],
                    "remote": ["COMBO", {"remote": {"route": "/x"}}],
                    "min": ["INT", {"min": "low", "max": True}],
                }
            },
            "output": [["A", "B"], None],
        },
    }
    catalogue = parse_catalogue(raw)
    assert catalogue.has("empty")
    assert not catalogue.has("not an object")
    assert catalogue.options("odd combos", "numbers") == ("5", "10")
    assert catalogue.options("odd combos", "dynamic") == ("by size",)
    assert catalogue.options("odd combos", "remote") == ()
    spec = catalogue.input("odd combos", "min")
    assert spec
    assert (spec.minimum, spec.maximum) == (None, None)
    numbers = catalogue.input("odd combos", "numbers")
    assert numbers
    assert numbers.choices == (5, 10)


def test_every_class_of_a_real_server_is_understood(load_fixture: LoadFixture) -> None:
    raw = load_fixture("object_info_all")
    catalogue = parse_catalogue(raw)
    assert set(catalogue.classes) == set(raw)
    for name, fields in raw.items():
        declared = {**fields["input"].get("required", {}), **fields["input"].get("optional", {})}
        assert set(catalogue.classes[name].inputs) == set(declared), name
    assert len(catalogue.options("KSampler", "sampler_name")) > 20
    assert catalogue.classes["SaveImage"].is_output
