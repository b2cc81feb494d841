// The screen stays awake where the browser can hold it. The lock is lost whenever the page is hidden.

export function stayAwake() {
  const hold = async () => {
    if (document.hidden) return;
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // Refused (low battery, no permission): the machine's own settings decide then.
    }
  };
  document.addEventListener("visibilitychange", hold);
  hold();
}
