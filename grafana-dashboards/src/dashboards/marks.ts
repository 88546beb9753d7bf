import { MARK } from '@caudal/common/palette';
import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCE } from '../panels/panel.ts';
import {
  BROKER_BACK,
  BROKER_LOST,
  LOAD_ENDED,
  LOAD_STARTED,
  PAUSE_BEGAN,
  PAUSE_ENDED,
  SCALED_DOWN,
  SCALED_UP,
} from '../signals/events.ts';

const STEP = '10s';

function mark(name: string, expr: string, text: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(MARK)
    .expr(expr)
    .step(STEP)
    .titleFormat(text)
    .tagKeys('lane')
    .target(new DataqueryBuilder().refId('Anno').expr(expr).interval(STEP).range());
}

/** Marks changes on every chart. Marks are neither good nor bad, so all have the same colour. */
export const MARKS: readonly AnnotationQueryBuilder[] = [
  mark('Scaled up', SCALED_UP, '▲ {{lane}}: more consumers'),
  mark('Scaled down', SCALED_DOWN, '▼ {{lane}}: fewer consumers'),
  mark('Lane paused', PAUSE_BEGAN, '▼ {{lane}}: paused'),
  mark('Lane resumed', PAUSE_ENDED, '▲ {{lane}}: resumed'),
  mark('Broker lost', BROKER_LOST, '▼ {{broker}}: not reachable'),
  mark('Broker back', BROKER_BACK, '▲ {{broker}}: reachable'),
  mark('Load started', LOAD_STARTED, '▲ load started'),
  mark('Load ended', LOAD_ENDED, '▼ load ended'),
];
