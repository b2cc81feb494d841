// The page without a server: comes back by itself, each browser at a time of its own.

const AFTER = 4000;
const SPREAD = 4000;

addEventListener("online", () => location.reload());

async function look() {
  try {
    await fetch("/healthz", { cache: "no-store" });
    location.reload();
  } catch {
    setTimeout(look, AFTER + Math.random() * SPREAD);
  }
}

// Kept by the worker and shown under the address that could not be reached; opened by itself it is only looked at.
if (location.pathname !== "/offline") setTimeout(look, AFTER + Math.random() * SPREAD);
