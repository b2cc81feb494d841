// The button that shares a sentence: through the device's own sheet, or into the clipboard. Without either it stays away.

const button = document.querySelector("#share");

async function share() {
  const { text, done } = button.dataset;
  const address = new URL("/", location.href).href;
  if (navigator.share) return navigator.share({ text, url: address });
  await navigator.clipboard.writeText(`${text} ${address}`);
  button.textContent = done;
}

if (button && (navigator.share || navigator.clipboard)) {
  button.hidden = false;
  button.addEventListener("click", () => share().catch(() => {})); // put away again by hand
}
