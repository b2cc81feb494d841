// The service worker is asked for here and nowhere else: a policy of its own allows this one address.

const ADDRESS = "/sw.js";
const policy = globalThis.trustedTypes?.createPolicy("enigma-worker", { createScriptURL: () => ADDRESS });

export function register() {
  // Where it is not allowed (no secure context, a private window) the page is as good without.
  navigator.serviceWorker?.register(policy?.createScriptURL("") ?? ADDRESS, { updateViaCache: "none" }).catch(() => {});
}
