/** What the command line and the machine decide for all rows. */
export interface Settings {
  /** The processors that servers and the load generator are bound to; null where they can't be bound. */
  readonly cores: Cores | null;
  /** How long a round's measured phase takes, and the warming up before it. */
  readonly seconds: number;
  readonly warmupSeconds: number;
  /** A run to see that all works: rows take smaller numbers. */
  readonly quick: boolean;
  /** The folder of heddle's build, or why there is none. */
  readonly build: { readonly folder: string } | { readonly failure: string };
  /** The FFI driver that heddle is to use; null: its default. */
  readonly driver: string | null;
}

export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** One of the programs that a row compares. */
export interface Peer {
  readonly name: string;
  /** The program and its arguments. May throw an Error that says why this peer can't run here. */
  command(settings: Settings): readonly string[];
}

/** One figure of a measurement. */
export interface Metric {
  /** Its name in samples, targets and results. */
  readonly name: string;
  /** The head of its column, with the unit. */
  readonly label: string;
  /** Digits after the decimal point in the table. */
  readonly digits: number;
  /** Whether ratios between peers are formed of it. */
  readonly compared: boolean;
}

/** What one peer's turn in one round gave: a figure for each metric, by its name. */
export type Sample = Readonly<Record<string, number>>;

/**
 * What the median ratio of `of` to `against` in `metric` is to be, or without `against` the median figure itself:
 * at most `atMost`, or at least `atLeast`.
 */
export type Target = (
  | { readonly atMost: number; readonly atLeast?: never }
  | { readonly atLeast: number; readonly atMost?: never }
) & {
  readonly metric: string;
  readonly of: string;
  readonly against?: string;
};

/** A benchmark. Each file of bench/rows/ exports some as `rows`. */
export interface Row {
  /** What it is called on the command line. */
  readonly name: string;
  readonly title: string;
  /** In the order of the table. Each is compared with those that come after it. */
  readonly peers: readonly Peer[];
  readonly metrics: readonly Metric[];
  readonly targets: readonly Target[];
  /** Takes one peer's turn in one round, from the start of its process to the end. */
  measure(peer: Peer, settings: Settings): Promise<Sample>;
}
