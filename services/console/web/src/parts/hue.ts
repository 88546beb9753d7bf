import type { Hue } from '@caudal/common/palette';

/** Without an owner: ingest, and figures over all lanes. */
const NEUTRAL: Hue = { light: '#CCCCDC', mid: '#9C9CAE', dark: '#74748A' };

/** Custom properties of a part that belongs to a lane; the style sheet chooses the shade by theme. */
export function hueStyle(hue: Hue | undefined): Record<string, string> {
  const { light, mid, dark } = hue ?? NEUTRAL;
  return { '--hue-light': light, '--hue-mid': mid, '--hue-dark': dark };
}
