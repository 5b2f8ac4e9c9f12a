"""An animation as one file that plays in any browser, without a server and without the network."""

from __future__ import annotations

import html
import json

from app.components.denoising.animation import Payload
from app.components.denoising.assets import CSS, HTML, JS

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{
  color-scheme: light dark;
  --st-primary-color: #34497e; --st-background-color: #ffffff; --st-text-color: #1f2430;
  --st-secondary-background-color: #f3f4f8; --st-border-color: #d8dbe4;
  --st-base-radius: 0.5rem; --st-button-radius: 0.5rem; --st-font: system-ui, sans-serif;
}}
@media (prefers-color-scheme: dark) {{
  :root {{
    --st-primary-color: #7088d4; --st-background-color: #14161c; --st-text-color: #e6e8ee;
    --st-secondary-background-color: #20242d; --st-border-color: #353b48;
  }}
}}
body {{
  max-width: 90rem; margin: 1.5rem auto; padding: 0 1rem; font: 1rem/1.5 var(--st-font);
  background: var(--st-background-color); color: var(--st-text-color);
}}
h1 {{ margin: 0; font-size: 1.2rem; }}
.made {{ margin: 0.2rem 0 1rem; font-size: 0.85rem; opacity: 0.8; }}
{css}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="made">{caption}</p>
<div id="animation">{view}</div>
<script type="application/json" id="payload">{payload}</script>
<script type="module">
{js}
const payload = JSON.parse(document.getElementById('payload').textContent);
const parentElement = document.getElementById('animation');
denoising({{ parentElement, data: {{ payload, autoplay: true }} }});
</script>
</body>
</html>
"""


def standalone(payload: Payload, *, title: str, caption: str) -> str:
    """The animation as an HTML page with everything in it; `caption` says how it was made.

    Nothing of the text can end the script it lies in or run: it is JSON without a "<".
    """
    return _PAGE.format(
        title=html.escape(title),
        caption=html.escape(caption),
        css=CSS,
        view=HTML,
        payload=json.dumps(payload).replace("<", "\\u003c"),
        js=JS,
    )
