{{/* Lanes with the defaults of `consumer` laid under each, as YAML by name. Removed ones are left out. */}}
{{- define "caudal.lanes" -}}
{{- range $name, $lane := .Values.lanes }}
{{- if $lane }}
{{ $name }}: {{- mergeOverwrite (deepCopy $.Values.consumer) (deepCopy $lane) | toYaml | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Names of the brokers that ingest publishes to, in the catalogue's order, as a YAML list. */}}
{{- define "caudal.brokersInUse" -}}
{{- range include "caudal.servers" . | fromYamlArray }}
{{- if eq .role "broker" }}
- {{ .name }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Lanes as the console wants them: JSON. Passwords are in variables that it names. Takes the root. */}}
{{- define "caudal.console.lanes" -}}
{{- $lanes := list -}}
{{- range $name, $lane := include "caudal.lanes" . | fromYaml -}}
{{- $store := include "caudal.connection.store" (list $ $lane.store "console") | fromYaml -}}
{{- $entry := dict "name" $name "broker" $lane.broker "store" $lane.store "storeUrl" $store.url -}}
{{- if $store.secret -}}
{{- $_ := set $entry "storePasswordEnv" (printf "%s_PASSWORD" (upper $lane.store)) -}}
{{- with $store.username }}{{ $_ := set $entry "storeUsername" . }}{{ end -}}
{{- end -}}
{{- if $store.caSecret }}{{ $_ := set $entry "storeCaFile" (include "caudal.caFile" $lane.store) }}{{ end -}}
{{- $lanes = append $lanes $entry -}}
{{- end -}}
{{- $lanes | toJson -}}
{{- end -}}
