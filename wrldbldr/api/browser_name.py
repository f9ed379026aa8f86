"""What a browser is called when somebody looks through what opens their account: enough to tell the phone from the desk."""

UNKNOWN = "Browser"
HEADER_LIMIT = 400  # characters; real ones have half as many

BROWSERS = (  # each says that it is those below it as well
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """`Firefox on Android`. Nothing of what was sent is repeated: whatever is unknown is a `Browser`."""
    said = user_agent[:HEADER_LIMIT]
    browser = next((name for mark, name in BROWSERS if mark in said), UNKNOWN)
    system = next((name for mark, name in SYSTEMS if mark in said), "")
    return f"{browser} on {system}" if system else browser
