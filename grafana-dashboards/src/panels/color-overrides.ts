import { BROKER_NAMES } from '@caudal/common/messaging';
import {
  CROSSED_PATTERNS,
  HUES,
  type Hue,
  NEUTRAL,
  OWNER_PATTERNS,
  type Owner,
  STATES,
} from '@caudal/common/palette';
import { STORE_NAMES, type StoreName } from '@caudal/common/stores';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Signal } from '../signals/signal.ts';

/** Properties of the series whose name matches; later ones override earlier ones. */
export interface NameOverride {
  readonly regexp: string;
  readonly properties: DynamicConfigValue[];
}

/** Names in a legend that tell a lane, beside labels that do. */
const LANE_NAMES = new RegExp([...BROKER_NAMES, ...STORE_NAMES].join('|'), 'i');
const QUANTILES: readonly { readonly name: string; readonly shade: keyof Hue; readonly width: number }[] = [
  { name: 'p50', shade: 'light', width: 1 },
  { name: 'p95', shade: 'mid', width: 1 },
  { name: 'p99', shade: 'dark', width: 2 },
];

/** Colour of what no override names: the owner's own, in shades where there are several. */
export function baseColor(owner: Owner = 'neutral'): FieldColorBuilder {
  return new FieldColorBuilder()
    .mode(FieldColorModeId.Shades)
    .fixedColor(owner === 'neutral' ? NEUTRAL : HUES[owner].mid);
}

/** Creates overrides that colour each series of a signal by its owner, as far as the legends identify one. */
export function colorOverrides(
  { queries, owner = 'neutral' }: Signal,
  isStacked: boolean,
): readonly NameOverride[] {
  const legends = queries.map(({ legend }) => legend).join('\n');
  const namesOwner = /\{\{(?:lane|broker|store|component|pod)\}\}/.test(legends) || LANE_NAMES.test(legends);
  // Several series of one owner: consumers, countries, routes. They are shades of its hue.
  const isMany = /\{\{(?:pod|country)\}\}/.test(legends);
  const hasQuantiles = /^p\d\d/m.test(legends);
  return [
    ...(namesOwner ? STORE_NAMES.map((one) => ofOwner(one, isMany, isStacked)) : []),
    ...(namesOwner ? STORE_NAMES.map((one) => ofCrossed(one, isMany, isStacked)) : []),
    ...(hasQuantiles
      ? [...quantiles('^', HUES[owner]), ...(namesOwner ? STORE_NAMES.flatMap(quantilesOf) : [])]
      : []),
    ...(/in hand$/m.test(legends)
      ? STORE_NAMES.map((one) => ({
          regexp: `/${OWNER_PATTERNS[one]}.* in hand$/i`,
          properties: [fixed(HUES[one].light)],
        }))
      : []),
    ...(/seen by the broker$/m.test(legends)
      ? [{ regexp: '/seen by the broker$/', properties: [DASHED] }]
      : []),
    ...(/^limit|limit$/m.test(legends)
      ? [
          {
            regexp: '/limit$/',
            properties: [fixed(STATES.bad), DASHED, { id: 'custom.fillOpacity', value: 0 }],
          },
        ]
      : []),
    ...(legends.includes('{{outcome}}')
      ? [
          { regexp: '/^refused$/', properties: [fixed(STATES.attention)] },
          { regexp: '/^unconfirmed$/', properties: [fixed(STATES.bad)] },
        ]
      : []),
    ...(/^parked$/m.test(legends)
      ? [
          { regexp: '/^(?:tried again|unknown)$/', properties: [fixed(STATES.attention)] },
          { regexp: '/^parked$/', properties: [fixed(STATES.bad)] },
        ]
      : []),
    ...(legends.includes('{{status}}')
      ? [
          { regexp: '/ 4\\d\\d$/', properties: [fixed(STATES.attention)] },
          { regexp: '/ 5\\d\\d$/', properties: [fixed(STATES.bad)] },
        ]
      : []),
  ];
}

const DASHED: DynamicConfigValue = { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } };

const fixed = (fixedColor: string): DynamicConfigValue => ({
  id: 'color',
  value: { mode: FieldColorModeId.Fixed, fixedColor },
});

const ofOwner = (owner: StoreName, isMany: boolean, isStacked: boolean): NameOverride =>
  ofLane(OWNER_PATTERNS[owner], HUES[owner].mid, isMany, isStacked && owner);

const ofCrossed = (owner: StoreName, isMany: boolean, isStacked: boolean): NameOverride =>
  ofLane(CROSSED_PATTERNS[owner], HUES[owner].dark, isMany, isStacked && `${owner} crossed`);

// Lines that are stacked lie on those of their own lane only.
function ofLane(pattern: string, fixedColor: string, isMany: boolean, group: string | false): NameOverride {
  const mode = isMany ? FieldColorModeId.Shades : FieldColorModeId.Fixed;
  return {
    regexp: `/${pattern}/i`,
    properties: [
      { id: 'color', value: { mode, fixedColor } },
      ...(group ? [{ id: 'custom.stacking', value: { mode: 'normal', group } }] : []),
    ],
  };
}

const quantilesOf = (owner: StoreName): readonly NameOverride[] =>
  quantiles(OWNER_PATTERNS[owner], HUES[owner]);

function quantiles(start: string, hue: Hue): readonly NameOverride[] {
  return QUANTILES.map(({ name, shade, width }) => ({
    regexp: `/${start}${name}\\b/i`,
    properties: [fixed(hue[shade]), { id: 'custom.lineWidth', value: width }],
  }));
}
