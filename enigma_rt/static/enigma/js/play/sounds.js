// What a key, a verdict and a telegram sound like: made from a few tones and a breath of noise, no files. And what they
// feel like in the hand. Both only for who has switched them on; no page may make a sound before it was touched.

const LOUD = 0.22;

/** Each: [when in s, kind, pitch in Hz, length in s, part of the loudness]. */
const TUNES = {
  // a relay: the armature falls, the contact closes
  key: [[0, "noise", 2600, 0.012, 0.5], [0.004, "square", 140, 0.018, 0.18]],
  // three lamps, one after the other
  correct: [[0, "triangle", 523, 0.3, 0.7], [0.11, "triangle", 659, 0.3, 0.7], [0.22, "triangle", 784, 0.6, 0.8], [0.22, "sine", 1568, 0.5, 0.2]],
  // it flickers and does not catch
  close: [[0, "triangle", 440, 0.09, 0.6], [0.13, "triangle", 466, 0.16, 0.5]],
  wrong: [[0, "noise", 320, 0.05, 0.7], [0, "sine", 98, 0.1, 0.8]],
  // a telegraph's call
  telegram: [[0, "sine", 620, 0.07, 0.4], [0.12, "sine", 620, 0.07, 0.4], [0.24, "sine", 620, 0.2, 0.4]],
};

const BUZZES = { correct: [30, 50, 30, 50, 70], close: [20, 60, 20], wrong: [15], telegram: [70, 60, 70] };

export function createSounds(settings) {
  let audio = null;
  let hiss = null;

  function begin() {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume().catch(() => {});
    return audio.state !== "closed";
  }

  function tone([after, kind, pitch, length, part]) {
    const at = audio.currentTime + after;
    const volume = audio.createGain();
    volume.gain.setValueAtTime(LOUD * part, at);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + length);
    volume.connect(audio.destination);
    const source = kind === "noise" ? noise(pitch, volume) : audio.createOscillator();
    if (kind !== "noise") {
      [source.type, source.frequency.value] = [kind, pitch];
      source.connect(volume);
    }
    source.start(at);
    source.stop(at + length);
  }

  function noise(pitch, volume) {
    if (!hiss) {
      hiss = audio.createBuffer(1, audio.sampleRate / 5, audio.sampleRate);
      const samples = hiss.getChannelData(0);
      for (let i = 0; i < samples.length; i++) samples[i] = Math.random() * 2 - 1;
    }
    const source = audio.createBufferSource();
    const band = audio.createBiquadFilter();
    [source.buffer, band.type, band.frequency.value] = [hiss, "bandpass", pitch];
    source.connect(band).connect(volume);
    return source;
  }

  return {
    play(name) {
      // Of several tabs the one that is looked at.
      if (document.hidden) return;
      if (settings.sound && begin()) TUNES[name].forEach(tone);
      if (BUZZES[name] && settings.vibration && canVibrate() && !calm()) navigator.vibrate(BUZZES[name]);
    },
  };
}

export const canVibrate = () => typeof navigator.vibrate === "function";

/** Who wants nothing to move is not shaken either. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
