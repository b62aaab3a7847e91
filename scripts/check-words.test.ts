import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  commentsOf,
  countWords,
  FORBIDDEN_WORDS,
  messagesOf,
  proseOf,
  RARE_WORDS,
  wordFaults,
} from "./check-words.mjs";

/** The faults in a repository with these files. */
function faultsIn(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), "words-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  execFileSync("git", ["add", "."], { cwd: root });
  return wordFaults(root);
}

test("finds comments of every form with their lines, and leaves out code in backticks", () => {
  const source = "/** The `told` value. */\nconst a = 1; // it knows\n/* asked */\n";
  expect(commentsOf(source)).toEqual([
    { text: "/** The  value. */", line: 1 },
    { text: "// it knows", line: 2 },
    { text: "/* asked */", line: 3 },
  ]);
});

test("does not take a URL in a string or a template for a comment", () => {
  expect(commentsOf(`const a = "http://host"; const b = \`\${a}//who\`;`)).toEqual([]);
});

test("finds texts of four words or more", () => {
  expect(messagesOf(`f("the tracker was closed"); g("closed"); h(\`the call \${id} is not known here\`);`)).toEqual([
    { text: "the tracker was closed", line: 1 },
    { text: " is not known here", line: 1 },
  ]);
});

test("leaves out code blocks of Markdown, and keeps line numbers", () => {
  const { rareLines } = countWords(proseOf("Text\n```ts\nwho\n```\nwho\n"));
  expect(rareLines).toEqual([{ content: "who", line: 5 }]);
});

test("counts whole words in any case, and no part of a word with a hyphen", () => {
  expect(countWords([{ text: "Who knows? A well-known acknowledgement lives on.", line: 1 }]).rareWords).toBe(3);
});

test("reports a rate above the limit with each line", () => {
  expect(faultsIn({ "src/a.ts": "// The tracker knows the operation.\n" })).toEqual([
    "src/a.ts:1: // The tracker knows the operation.",
    "comments: 200.0 of 1,000 words speak of a person; at most 3",
  ]);
});

test("accepts a rare word in a long text, but a forbidden one nowhere", () => {
  const long = `${"The tracker settles the wait. ".repeat(200)}Call IDs are known.\n`;
  expect(faultsIn({ "README.md": long, "src/a.test.ts": "// A person who listens.\n" })).toEqual([]);
  expect(faultsIn({ "README.md": `${long}\nNobody reads it.\n`, "src/a.test.ts": "// for whoever\n" })).toEqual([
    "README.md:3: Nobody reads it. (Markdown: a forbidden word)",
    "src/a.test.ts:1: // for whoever (tests: a forbidden word)",
  ]);
});

test("CONTRIBUTING.md lists the words", () => {
  const text = readFileSync(join(import.meta.dirname, "..", "CONTRIBUTING.md"), "utf8");
  for (const word of [...RARE_WORDS, ...FORBIDDEN_WORDS]) expect(text).toMatch(new RegExp(`\\b${word}\\b`));
});
