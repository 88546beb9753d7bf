import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import world from '../../world/world.generated.json' with { type: 'json' };
import { type CountryRow, shadeOf } from '../model/countries.ts';
import { count, countryName } from '../model/format.ts';

/** Radius of the dot of a country too small for an outline, in units of the map. */
const DOT_RADIUS = 7;

/**
 * Messages by country on a map of the world. The table beside it says the same to those who do not see it and is what the
 * keyboard works on; here a pointer shows and chooses.
 */
export function WorldMap({
  rows,
  pointed,
  onChoose,
}: {
  rows: readonly CountryRow[];
  pointed: Signal<string | undefined>;
  onChoose: (code: string) => void;
}): JSX.Element {
  const byCode = new Map(rows.map((row) => [row.code, row]));
  const largest = Math.max(0, ...rows.map(({ size }) => size));
  const shown = pointed.value;
  const shownRow = shown === undefined ? undefined : byCode.get(shown);
  const look = (code: string): { class: string; style: Record<string, string> } => {
    const row = byCode.get(code);
    const names = [
      'land',
      row === undefined ? '' : 'has',
      row?.isFault ? 'differs' : '',
      shown === code ? 'pointed' : '',
    ];
    return {
      class: names.filter(Boolean).join(' '),
      style: { '--shade': shadeOf(row?.size ?? 0, largest).toFixed(2) },
    };
  };
  const codeOf = (event: Event): string | undefined => {
    const { target } = event;
    return target instanceof SVGElement ? target.dataset.code : undefined;
  };
  return (
    <div class="map">
      <svg
        viewBox={`0 0 ${world.width} ${world.height}`}
        aria-hidden="true"
        onPointerMove={(event) => {
          pointed.value = codeOf(event);
        }}
        onPointerLeave={() => {
          pointed.value = undefined;
        }}
        onClick={(event) => {
          const code = codeOf(event);
          if (code !== undefined) onChoose(code);
        }}
      >
        <path class="land" d={world.other} />
        {Object.entries(world.shapes).map(([code, shape]) => (
          <path key={code} data-code={code} d={shape} {...look(code)} />
        ))}
        {Object.entries(world.dots).map(
          ([code, [x, y]]) =>
            byCode.has(code) && (
              <circle key={code} data-code={code} cx={x} cy={y} r={DOT_RADIUS} {...look(code)} />
            ),
        )}
      </svg>
      <p class="map-note" aria-hidden="true">
        {shown === undefined ? (
          largest > 0 && (
            <>
              <span>1</span>
              <i class="ramp" />
              <span>{count(largest)}</span>
            </>
          )
        ) : (
          <>
            <b>{countryName(shown)}</b>
            <span>{shownRow === undefined ? 'no messages' : count(shownRow.size)}</span>
          </>
        )}
      </p>
    </div>
  );
}
