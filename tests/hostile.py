"""What somebody may write into any field to make a program run it."""

from __future__ import annotations

#: Each is shown as the text that it is, on every page and in every file.
PROBES = (
    "<img src=x onerror=window.pwn=1>",
    '"><script>window.pwn=1</script>',
    "'><svg onload=window.pwn=1>",
    "{{7*7}}${7*7}{% raw %}",
    "javascript:window.pwn=1",
    "\u202e反向\u202c",
    "</textarea></dd></script>",
)
TEXT = " ".join(PROBES)
#: What a spreadsheet would run.
FORMULAS = ("=cmd|'/C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1")
