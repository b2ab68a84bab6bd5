const COLORS = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35 } as const;

/** How a piece of text is marked for a terminal. */
export interface AnsiStyle {
  readonly color: keyof typeof COLORS;
  readonly bold?: boolean;
  /** Colours the background instead. */
  readonly highlight?: boolean;
}

/** Text in ANSI colour codes, as Gymnasium's `colorize` writes them. */
export function colorize(text: string, { color, bold = false, highlight = false }: AnsiStyle): string {
  const code = COLORS[color] + (highlight ? 10 : 0);
  return `\x1b[${code}${bold ? ";1" : ""}m${text}\x1b[0m`;
}
