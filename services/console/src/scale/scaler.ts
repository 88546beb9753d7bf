/** Changes the replicas of the lanes' consumers. */
export interface Scaler {
  /** Lanes that it may scale. */
  readonly lanes: readonly string[];
  /** Wanted replicas by lane. @throws Error with the reason when they cannot be read. */
  replicas(): Promise<Readonly<Record<string, number>>>;
  /** Resolves when the change is taken, which is before the new consumers work. @throws Error with the reason. */
  scale(lane: string, replicas: number): Promise<void>;
}

/** What may be scaled, or why nothing may. */
export type ScaleAccess = { readonly scaler: Scaler } | { readonly reason: string };

/** What a console without any right says. */
export const NO_RIGHT: ScaleAccess = { reason: 'CONTROL is off' };
