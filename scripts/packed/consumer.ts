// What a program in TypeScript writes. It is type-checked against the packed packages twice: in ESM and in CommonJS.
import { parseTones, type Tone } from "@graph-dtmf/models";

export const tones: readonly Tone[] = parseTones("42#");

// @ts-expect-error A type that became `any` would take this too.
export const noTone: Tone = 42;
