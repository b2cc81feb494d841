// Node.js 18 (Debian 12) has the browser's `crypto`, but not under that name.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
