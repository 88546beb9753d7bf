import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCE } from '../panels/panel.ts';
import { SCALED_DOWN, SCALED_UP } from '../signals/lanes.ts';

const STEP = '10s';

function mark(name: string, expr: string, color: string, text: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step(STEP)
    .titleFormat(`{{lane}}: ${text}`)
    .tagKeys('lane')
    .target(new DataqueryBuilder().refId('Anno').expr(expr).interval(STEP).range());
}

/** Marks on every chart where a lane's consumers became more or fewer. */
export const SCALING_MARKS: readonly AnnotationQueryBuilder[] = [
  mark('Scaled up', SCALED_UP, 'green', 'more consumers'),
  mark('Scaled down', SCALED_DOWN, 'orange', 'fewer consumers'),
];
