from __future__ import annotations

from linli.kernel.spec import Text

PERMISSIONS: dict[str, Text] = {
    "command.view": Text(zh="查看指挥地图", en="See the command map"),
}
