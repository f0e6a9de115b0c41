"""What the trail lets a post see."""

from linli.kernel.spec import Text

PERMISSIONS: dict[str, Text] = {
    "audit.view": Text(zh="查看操作日志与异常查阅", en="Read the trail and odd reads"),
}
