import { createRequire } from 'node:module';
import { countryCodes } from '@caudal/common/message';
import { type GeoProjection, geoCentroid, geoEqualEarth, geoPath } from 'd3-geo';
import type { Feature, FeatureCollection, Geometry } from 'geojson';
import countries from 'i18n-iso-countries';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';

/** The world map of the page, ready to be drawn: the browser needs neither a projection nor TopoJSON. */
export interface World {
  readonly width: number;
  readonly height: number;
  /** Outline of each country as the `d` of an SVG path, by ISO 3166-1 alpha-2 code. */
  readonly shapes: Readonly<Record<string, string>>;
  /** Land that has no code of its own. */
  readonly other: string;
  /** Where a country too small for an outline is drawn as a dot. */
  readonly dots: Readonly<Record<string, readonly [x: number, y: number]>>;
}

interface Land {
  readonly name: string;
}

const require = createRequire(import.meta.url);
/** Units of the map; whole numbers of them are finer than the pixels of a wide screen. */
const WIDTH = 2000;
const HEIGHT = 916;
const MARGIN = 4;
/** It would take a fifth of the height, for a country without inhabitants. */
const ANTARCTICA = 'AQ';
/** Natural Earth gives it no number, ISO 3166-1 no code: `XK` is in general use. */
const KOSOVO = { name: 'Kosovo', code: 'XK' };

/** Places [longitude, latitude] of countries that Natural Earth has as part of another one, or not at all. */
const PLACES: Readonly<Record<string, readonly [number, number]>> = {
  AQ: [0, -59],
  BQ: [-68.3, 12.2],
  BV: [3.4, -54.4],
  CC: [96.8, -12.2],
  CX: [105.6, -10.5],
  GF: [-53.1, 4],
  GI: [-5.35, 36.1],
  GP: [-61.6, 16.2],
  MQ: [-61, 14.6],
  RE: [55.5, -21.1],
  SJ: [16, 78],
  TK: [-171.8, -9.2],
  TV: [179.2, -8.5],
  UM: [-162.1, 5.9],
  YT: [45.2, -12.8],
};

/** Draws all countries in the Equal Earth projection, which shows areas in proportion. */
export function drawWorld(): World {
  const coarse = readLand('world-atlas/countries-110m.json');
  const fine = readLand('world-atlas/countries-50m.json');
  const shown = { ...coarse, features: coarse.features.filter((land) => codeOf(land) !== ANTARCTICA) };
  const projection = geoEqualEarth().fitExtent(
    [
      [MARGIN, MARGIN],
      [WIDTH - MARGIN, HEIGHT - MARGIN],
    ],
    shown,
  );
  const shapes: Record<string, string> = {};
  let other = '';
  for (const land of shown.features) {
    const code = codeOf(land);
    const line = outlineOf(land, projection);
    if (code === undefined) other += line;
    else shapes[code] = line;
  }
  const centres = new Map<string, [number, number]>();
  for (const land of fine.features) {
    const code = codeOf(land);
    if (code !== undefined) centres.set(code, geoCentroid(land));
  }
  const dots: Record<string, readonly [number, number]> = {};
  for (const code of countryCodes()) {
    if (shapes[code] !== undefined) continue;
    const place = PLACES[code] ?? centres.get(code);
    const at = place && projection([place[0], place[1]]);
    if (!at) throw new Error(`${code}: no outline and no place; add it to PLACES`);
    dots[code] = [Math.min(Math.round(at[0]), WIDTH - MARGIN), Math.min(Math.round(at[1]), HEIGHT - MARGIN)];
  }
  return { width: WIDTH, height: HEIGHT, shapes, other, dots };
}

/** Whole numbers, relative to the point before: a third of the bytes of absolute ones. Points that coincide are left out. */
function outlineOf(land: Feature<Geometry, Land>, projection: GeoProjection): string {
  let line = '';
  let at = [0, 0] as readonly [number, number];
  let start = at;
  const to = (x: number, y: number): readonly [number, number] => [Math.round(x), Math.round(y)];
  const step = (next: readonly [number, number]): string => {
    const [dx, dy] = [next[0] - at[0], next[1] - at[1]];
    at = next;
    return dy < 0 ? `${dx}${dy}` : `${dx} ${dy}`;
  };
  const context = {
    moveTo(x: number, y: number) {
      line += `m${step(to(x, y))}`;
      start = at;
    },
    lineTo(x: number, y: number) {
      const next = to(x, y);
      if (next[0] !== at[0] || next[1] !== at[1]) line += `l${step(next)}`;
    },
    closePath() {
      line += 'z';
      at = start;
    },
    // Only points and circles have arcs.
    arc: () => undefined,
    beginPath: () => undefined,
  };
  geoPath(projection, context)(land);
  return line;
}

function readLand(file: string): FeatureCollection<Geometry, Land> {
  const topology = require(file) as Topology<{ countries: GeometryCollection<Land> }>;
  return feature(topology, topology.objects.countries);
}

function codeOf({ id, properties }: Feature<Geometry, Land>): string | undefined {
  if (properties.name === KOSOVO.name) return KOSOVO.code;
  return id === undefined ? undefined : countries.numericToAlpha2(id);
}
