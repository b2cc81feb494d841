// Where the replay comes from: one file, again and again while the hunt is on.

const PATIENCE = 3_000;

/** { data, tag } of `address`, or null when it is as `tag` says. Waits while the server is making it. */
export async function fetchReplay(address, tag = null) {
  for (;;) {
    const response = await fetch(address, { credentials: "same-origin", cache: "no-cache" });
    if (response.status === 503) {
      await new Promise((done) => setTimeout(done, PATIENCE));
      continue;
    }
    if (!response.ok) throw new Error(`${response.status}`);
    const found = response.headers.get("etag");
    if (tag && found === tag) return null;
    return { data: await response.json(), tag: found };
  }
}
