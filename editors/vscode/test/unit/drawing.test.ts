// The plan's page: it shows what attnc drew, and nothing in a drawing or a message gets out of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { escaped, page, request } from "../../src/drawing";

test("attnc is asked for the plan that is set", () => {
    const plain = ["inspect", "--color=never", "--graph=/t/plan.svg", "--", "/p/-a.attn"];
    assert.deepEqual(request("/p/-a.attn", "/t/plan.svg", " "), plain);
    const named = request("/p/a.attn", "/t/plan.svg", "proof a: *");
    assert.deepEqual(named.slice(3), ["--plan=proof a: *", "--", "/p/a.attn"]);
});

test("a page runs no script and loads nothing", () => {
    const html = page({ drawing: "<svg><title>t</title></svg>" }, "n0nce");
    const policy = /content="(default-src[^"]*)"/.exec(html)?.[1];
    assert.equal(policy, "default-src 'none'; img-src data:; style-src 'nonce-n0nce'");
    assert.match(html, /<style nonce="n0nce">/);
    assert.doesNotMatch(html, /<script/);
});

test("a drawing is an image with its own words", () => {
    const drawing =
        '<svg><title id="a">head, plan &lt;b&gt;</title><desc>"1" byte</desc><script>x</script></svg>';
    const html = page({ drawing }, "n");
    assert.match(html, /alt="head, plan &lt;b&gt;\. &quot;1&quot; byte"/);
    const data = /src="data:image\/svg\+xml;base64,([^"]*)"/.exec(html)?.[1] ?? "";
    assert.equal(Buffer.from(data, "base64").toString(), drawing);
    assert.doesNotMatch(html, /<svg|<script/);
    // As large as it was drawn.
    assert.match(html, /^img \{ max-width: none; max-height: none; \}$/m);
});

test("a message is text", () => {
    assert.equal(escaped(`<a href="x">'&`), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    const html = page({ refusal: "error[E034]: </pre><script>alert(1)</script>" }, "n");
    assert.match(html, /<pre>error\[E034\]: &lt;\/pre&gt;&lt;script&gt;/);
    assert.doesNotMatch(html, /<script/);
});
