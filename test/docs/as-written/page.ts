/** A page of the docs, taken apart: its listings, and what it says happens on the terminal. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);

/** A fenced block: its language, its text, and the file that the line before it links to, from the root of the repository. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly file: string | undefined;
}

const BLOCK = /(?:\]\(([^()\s]+)\):?\n+)?```(\w+)\n([\s\S]*?)```/g;

export class Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];

  /** `path` is from the root of the repository. */
  constructor(path: string) {
    this.path = path;
    this.text = readFileSync(fileOf(path), 'utf8');
    this.blocks = [...this.text.matchAll(BLOCK)].map(([, link, language = '', text = '']) => ({
      language,
      text,
      file: link === undefined ? undefined : new URL(link, fileOf(path)).href.slice(root.href.length),
    }));
  }

  /** Those in TypeScript. */
  get listings(): readonly Block[] {
    return this.blocks.filter(({ language }) => language === 'ts');
  }
}

function fileOf(path: string): URL {
  return new URL(path, root);
}

/** The text of a file of the repository. */
export function read(path: string): string {
  return readFileSync(fileOf(path), 'utf8');
}

/** The full path of a file or folder of the repository. */
export function pathOf(path: string): string {
  return fileURLToPath(fileOf(path));
}
