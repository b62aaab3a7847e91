// Text that describes code as a person, such as "it is told" or "whoever calls", is hard to understand. This check
// counts such words in comments, messages and Markdown; CONTRIBUTING.md lists them. The count is a warning sign: a text
// without them may still be unclear.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import typescript from "typescript";
import { isProgram } from "./is-program.mjs";

/** Words that may occur at most `MAX_PER_1000` times in 1,000 words of a kind of text. */
export const RARE_WORDS = [
  "who",
  "whose",
  "tell",
  "tells",
  "told",
  "hear",
  "hears",
  "heard",
  "know",
  "knows",
  "known",
  "ask",
  "asks",
  "asked",
  "want",
  "wants",
  "owe",
  "owes",
  "owed",
  "live",
  "lives",
  "life",
  "die",
  "dies",
  "died",
  "befalls",
];

/** Words that occur nowhere, tests included. */
export const FORBIDDEN_WORDS = ["whoever", "whom", "nobody", "somebody", "anybody"];

export const MAX_PER_1000 = 3;

const anyOf = (/** @type {string[]} */ words) => new RegExp(`(?<![\\w-])(?:${words.join("|")})\\b`, "gi");
const rare = anyOf([...RARE_WORDS, ...FORBIDDEN_WORDS]);
const forbidden = anyOf(FORBIDDEN_WORDS);

/**
 * A piece of text and the line where it starts.
 *
 * @typedef {{ text: string, line: number }} Passage
 */

/**
 * The comments of a source file, without code in backticks.
 *
 * @param {string} source
 * @returns {Passage[]}
 */
export function commentsOf(source) {
  const file = parse(source);
  /** @type {Map<number, Passage>} */
  const found = new Map();
  /** @param {typescript.Node} node */
  const visit = (node) => {
    const ranges = [
      ...(typescript.getLeadingCommentRanges(source, node.getFullStart()) ?? []),
      ...(typescript.getTrailingCommentRanges(source, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of ranges) {
      found.set(pos, { text: withoutCode(source.slice(pos, end)), line: lineAt(file, pos) });
    }
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  return [...found.values()];
}

/**
 * String literals and template texts of at least four words: errors, log lines and help texts.
 *
 * @param {string} source
 * @returns {Passage[]}
 */
export function messagesOf(source) {
  const file = parse(source);
  /** @type {Passage[]} */
  const found = [];
  /** @param {typescript.Node} node */
  const visit = (node) => {
    if (isText(node) && wordsIn(node.text) >= 4) {
      found.push({ text: node.text, line: lineAt(file, node.getStart(file)) });
    }
    typescript.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/**
 * Markdown without code.
 *
 * @param {string} source
 * @returns {Passage[]}
 */
export const proseOf = (source) => [
  { text: withoutCode(source.replace(/```.*?```/gs, (block) => block.replace(/[^\n]/g, " "))), line: 1 },
];

/**
 * Counts the words of passages, and lists the lines with rare and with forbidden ones.
 *
 * @param {Passage[]} passages
 */
export function countWords(passages) {
  const lines = passages.flatMap(({ text, line }) =>
    text.split("\n").map((content, index) => ({ content: content.trim(), line: line + index })),
  );
  const words = lines.reduce((sum, { content }) => sum + wordsIn(content), 0);
  const rareLines = lines.filter(({ content }) => content.match(rare));
  const rareWords = rareLines.reduce((sum, { content }) => sum + (content.match(rare)?.length ?? 0), 0);
  return { words, rareWords, rareLines, forbiddenLines: lines.filter(({ content }) => content.match(forbidden)) };
}

/**
 * Every fault in the tracked files of a repository, one line each.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function wordFaults(root) {
  const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
    .split("\n")
    // The file with the list of words would be reported.
    .filter((file) => existsSync(`${root}/${file}`) && !/(^|\/)check-words\.|^CONTRIBUTING\.md$|CHANGELOG/.test(file));
  const sources = files.filter((file) => /\.m?tsx?$/.test(file));
  const isTest = (/** @type {string} */ file) => /\.test\.ts$|__fixtures__/.test(file);
  /** @type {[string, string[], (source: string) => Passage[]][]} */
  const kinds = [
    ["comments", sources.filter((file) => !isTest(file)), commentsOf],
    ["messages", sources.filter((file) => !isTest(file)), messagesOf],
    ["Markdown", files.filter((file) => file.endsWith(".md")), proseOf],
    ["tests", sources.filter(isTest), (source) => [...commentsOf(source), ...messagesOf(source)]],
  ];
  return kinds.flatMap(([kind, ofKind, passagesOf]) => {
    const counts = ofKind.map((file) => ({ file, ...countWords(passagesOf(readFileSync(`${root}/${file}`, "utf8"))) }));
    const sum = (/** @type {"words" | "rareWords"} */ key) => counts.reduce((total, count) => total + count[key], 0);
    const rate = (1000 * sum("rareWords")) / Math.max(1, sum("words"));
    const listed = (/** @type {"rareLines" | "forbiddenLines"} */ key) =>
      counts.flatMap(({ file, [key]: lines }) => lines.map(({ content, line }) => `${file}:${line}: ${content}`));
    return rate > MAX_PER_1000 && kind !== "tests"
      ? [
          ...listed("rareLines"),
          `${kind}: ${rate.toFixed(1)} of 1,000 words speak of a person; at most ${MAX_PER_1000}`,
        ]
      : listed("forbiddenLines").map((line) => `${line} (${kind}: a forbidden word)`);
  });
}

/** @param {string} source */
const parse = (source) =>
  typescript.createSourceFile("source.ts", source, typescript.ScriptTarget.Latest, true, typescript.ScriptKind.TSX);

/**
 * @param {typescript.SourceFile} file
 * @param {number} position
 */
const lineAt = (file, position) => file.getLineAndCharacterOfPosition(position).line + 1;

/**
 * @param {typescript.Node} node
 * @returns {node is typescript.StringLiteralLike | typescript.TemplateHead | typescript.TemplateMiddle | typescript.TemplateTail}
 */
const isText = (node) =>
  typescript.isStringLiteralLike(node) ||
  typescript.isTemplateHead(node) ||
  typescript.isTemplateMiddle(node) ||
  typescript.isTemplateTail(node);

/** @param {string} text */
const wordsIn = (text) => text.match(/[A-Za-z']+/g)?.length ?? 0;

/** @param {string} text */
const withoutCode = (text) => text.replace(/`[^`\n]*`/g, "");

if (isProgram(import.meta)) {
  const faults = wordFaults(process.cwd());
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) {
    console.error("CONTRIBUTING.md explains these words, under Language.");
    process.exitCode = 1;
  }
}
