"""Who answers at the address, as /system_stats tells it."""

from typing import cast

from wrldbldr.comfyui.errors import NotComfyUIError, short
from wrldbldr.comfyui.port import SystemInfo

VERSION_LIMIT = 60
DEVICES_LIMIT = 8
DEVICE_NAME_LIMIT = 100
SIMULATED = "simulated"  # part of the version our simulator reports


def parse_system(raw: dict[str, object]) -> SystemInfo:
    """The info in a parsed /system_stats. Raises NotComfyUIError when no ComfyUI version is in it."""
    system = raw.get("system")
    version = cast(dict[str, object], system).get("comfyui_version") if isinstance(system, dict) else None
    if not isinstance(version, str):
        raise NotComfyUIError("It does not tell a ComfyUI version.")
    devices = raw.get("devices")
    names = [_name(device) for device in cast(list[object], devices)] if isinstance(devices, list) else []
    shown = tuple(short(name, DEVICE_NAME_LIMIT) for name in names if name)[:DEVICES_LIMIT]
    return SystemInfo(short(version, VERSION_LIMIT), shown, simulated=SIMULATED in version)


def _name(device: object) -> str:
    name = cast(dict[str, object], device).get("name") if isinstance(device, dict) else None
    return name if isinstance(name, str) else ""
