"""Our browser without a screen reads forms as a browser would send them."""

from stack.client.forms import read_document

PAGE = """<!doctype html><html><head><title> Sign up – Acme </title><style>p{color:red}</style><link rel="stylesheet" href="/brand.css"></head><body>
<form action="/search" method="get"><input name="q"></form>
<form method="post" action="/signup/" id="signup">
<input type="hidden" name="csrfmiddlewaretoken" value="abc&amp;d">
<input name="email" type="email" value="a@b.test"><input type="checkbox" name="news" value="yes" checked>
<input type="checkbox" name="spam"><input type="radio" name="plan" value="s"><input type="radio" name="plan" value="m" checked>
<textarea name="note">two
lines</textarea><select name="country"><option value="de">Germany</option><option value="fr" selected>France</option></select>
<input type="submit" name="go" value="Go"><input type="file" name="logo">
</form>
<p id="api-key-secret">lvk_<b>12</b></p><a href="/a/b/?x=1&amp;y=2">A <i>link</i></a>
<p>unclosed <input id="shown" value="typed"><script>var hidden = "<form>";</script></body>"""


def test_a_form_is_sent_as_a_browser_sends_it() -> None:
    form = read_document(PAGE).forms[1]
    assert (form.action, form.method, form.id) == ("/signup/", "post", "signup")
    assert form.fields == {
        "csrfmiddlewaretoken": "abc&d",
        "email": "a@b.test",
        "news": "yes",
        "plan": "m",
        "note": "two\nlines",
        "country": "fr",
    }
    assert form.options["country"] == [("de", "Germany"), ("fr", "France")]


def test_texts_links_and_title_are_read_without_scripts() -> None:
    document = read_document(PAGE)
    assert document.title == "Sign up – Acme"
    assert document.texts["api-key-secret"] == "lvk_12"
    assert document.texts["shown"] == "typed"
    assert document.sheets == ["/brand.css"]
    assert document.links == [("/a/b/?x=1&y=2", "A link")]
    assert "hidden" not in document.text
    assert "color" not in document.text


def test_a_select_without_a_chosen_option_sends_its_first() -> None:
    form = read_document(
        "<form><select name=a><option value=1>x<option value=2>y</select></form>"
    ).forms[0]
    assert form.fields == {"a": "1"}
