{{/*
What a component has besides connections to brokers, as YAML: `env` (plain values), `secrets` (variables from Secrets) and
`cas` (Secrets with CAs, by server). Each takes a list: root, component.
*/}}

{{- define "caudal.environment.ingest" -}}
{{- $component := index . 1 -}}
{{- $settings := $component.settings -}}
{{- $all := list -}}
{{- range include "caudal.servers" (index . 0) | fromYamlArray }}{{ if eq .role "broker" }}{{ $all = append $all .name }}{{ end }}{{ end -}}
env:
{{- if ne (len $component.needs) (len $all) }}
  BROKERS: {{ join "," $component.needs }}
{{- end }}
  PRE_STOP_DELAY_MS: {{ int64 $settings.preStopDelayMs }}
{{- with $settings.apiKeys.existingSecret }}
secrets:
  API_KEYS: { secret: {{ . | quote }}, key: {{ $settings.apiKeys.key | quote }} }
{{- end }}
{{- end -}}

{{- define "caudal.environment.consumer" -}}
{{- $component := index . 1 -}}
{{- $lane := $component.settings -}}
{{- $store := include "caudal.connection.store" (list (index . 0) $lane.store $component.user) | fromYaml -}}
env:
  LANE: {{ $component.lane | quote }}
  LANE_BROKER: {{ $lane.broker }}
  LANE_STORE: {{ $lane.store }}
  BATCH_MAX_MESSAGES: {{ int64 $lane.batchMaxMessages }}
  IDENTITY_KEY_RETENTION_HOURS: {{ int64 $lane.keyRetentionHours }}
{{- with $lane.storeKeyPrefix }}
  STORE_KEY_PREFIX: {{ . | quote }}
{{- end }}
{{- with $lane.countries }}
  LANE_COUNTRIES: {{ join "," . | quote }}
{{- end }}
  STORE_URL: {{ $store.url | quote }}
{{- with $store.schema }}
  STORE_SCHEMA: {{ . }}
{{- end }}
{{- if $store.secret }}
{{- with $store.username }}
  STORE_USERNAME: {{ . | quote }}
{{- end }}
{{- end }}
{{- with $store.caSecret }}
  STORE_CA_FILE: {{ include "caudal.caFile" "store" }}
cas:
  store: {{ . | quote }}
{{- end }}
{{- if $store.secret }}
secrets:
  STORE_PASSWORD: { secret: {{ $store.secret | quote }}, key: {{ $store.key | quote }} }
{{- end }}
{{- end -}}

{{- define "caudal.environment.console" -}}
{{- $root := index . 0 -}}
{{- $secrets := dict -}}
{{- $cas := dict -}}
{{- range $lane := include "caudal.lanes" $root | fromYaml -}}
{{- $store := include "caudal.connection.store" (list $root $lane.store "console") | fromYaml -}}
{{- with $store.caSecret }}{{ $_ := set $cas $lane.store . }}{{ end -}}
{{- if $store.secret -}}
{{- $_ := set $secrets (printf "%s_PASSWORD" (upper $lane.store)) (dict "secret" $store.secret "key" $store.key) -}}
{{- end -}}
{{- end -}}
env:
  LANES: {{ include "caudal.console.lanes" $root | toJson }}
  {{- with include "caudal.prometheusUrl" $root }}
  PROMETHEUS_URL: {{ . | quote }}
  {{- /* It may scrape other releases too. */}}
  PROMETHEUS_SELECTOR: {{ printf "namespace=%q, release=%q" (include "caudal.namespace" $root) $root.Release.Name | quote }}
  {{- end }}
  {{- if $root.Values.services.console.live.enabled }}
  LIVE: "on"
  {{- end }}
  {{- if $root.Values.services.console.control.enabled }}
  CONTROL: kubernetes
  CONTROL_NAMESPACE: {{ include "caudal.namespace" $root | quote }}
  CONTROL_TARGETS: {{ include "caudal.control.deployments" $root | fromYaml | toJson | quote }}
  {{- end }}
secrets: {{ toJson $secrets }}
cas: {{ toJson $cas }}
{{- end -}}
