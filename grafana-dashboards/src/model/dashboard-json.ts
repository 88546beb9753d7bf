import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of Grafana's classic dashboard model used here. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly annotations: { readonly list: readonly AnnotationJson[] };
  readonly panels: readonly PanelJson[];
}

/** A variable of a dashboard. */
export interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly query?: string | { readonly query: string };
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly current?: { readonly text: string; readonly value: string };
}

/** A query whose results are marked on all panels. */
export interface AnnotationJson {
  readonly name: string;
  readonly expr: string;
  readonly iconColor: string;
  readonly titleFormat: string;
}

/** A panel or a row's title. */
export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly repeat?: string;
  readonly maxPerRow?: number;
  readonly gridPos: GridPosition;
  readonly targets?: readonly TargetJson[];
  readonly fieldConfig?: FieldConfigJson;
  readonly options?: PanelOptionsJson;
  readonly transformations?: readonly { readonly id: string; readonly options: unknown }[];
}

/** Place in a grid of 24 columns. */
export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** One query of a panel. */
export interface TargetJson {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant: boolean;
  readonly format?: string;
}

/** Options by panel type; only those read here. */
export interface PanelOptionsJson {
  readonly yAxis?: { readonly unit?: string; readonly min?: number; readonly max?: number };
  readonly colorMode?: string;
  readonly graphMode?: string;
  readonly textMode?: string;
  /** Of a text panel: Markdown. */
  readonly content?: string;
}

/** How values are shown: for all series, and for those whose name matches. */
export interface FieldConfigJson {
  readonly defaults: FieldDefaultsJson;
  readonly overrides?: readonly OverrideJson[];
}

/** Properties of the series whose name matches. */
export interface OverrideJson {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly DynamicConfigJson[];
}

/** One property, such as `color` or `custom.lineWidth`. */
export interface DynamicConfigJson {
  readonly id: string;
  readonly value: unknown;
}

/** How values are shown. */
export interface FieldDefaultsJson {
  readonly color?: { readonly mode: string; readonly fixedColor?: string };
  readonly unit?: string;
  readonly decimals?: number;
  readonly noValue?: string;
  readonly mappings?: readonly {
    readonly options: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  }[];
  readonly thresholds?: {
    readonly steps: readonly { readonly value: number | null; readonly color: string }[];
  };
  readonly min?: number;
  readonly custom?: CustomJson;
}

/** How lines, areas and cells are drawn. */
export interface CustomJson {
  readonly stacking?: { readonly mode?: string; readonly group?: string };
  readonly lineInterpolation?: string;
  readonly lineWidth?: number;
  readonly lineStyle?: { readonly fill?: string };
  readonly fillOpacity?: number;
  readonly axisSoftMax?: number;
  readonly scaleDistribution?: { readonly type?: string; readonly log?: number };
  readonly cellOptions?: { readonly type: string };
}

/** The system that a dashboard is about; undefined for the pipeline, which is always there. */
export function systemOf({ tags }: Pick<DashboardJson, 'tags'>): string | undefined {
  return tags.find((tag) => tag !== 'caudal');
}

/** Reads every dashboard of a directory, in the order of the files' names. */
export function readDashboards(directory: string): ReadonlyMap<string, DashboardJson> {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  return new Map(
    names
      .sort()
      .map((name) => [
        name.replace(/\.json$/, ''),
        JSON.parse(readFileSync(join(directory, name), 'utf8')) as DashboardJson,
      ]),
  );
}
