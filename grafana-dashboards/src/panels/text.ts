import { PanelBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';
import type { PanelDefinition, Size } from './panel.ts';

/** A Markdown panel. */
export function text(title: string, content: string, { span, height }: Size): PanelDefinition {
  return new PanelBuilder().title(title).mode(TextMode.Markdown).content(content).span(span).height(height);
}
