{{/*
How services reach servers. `caudal.connection.<broker>` is a broker's, as YAML: `env` (plain values), `secrets`
(variables from Secrets) and `caSecret`. `caudal.connection.<kind>` is a store's.
*/}}

{{/* Where a store is, as YAML: url, username, secret, key, caSecret, schema (who makes it; none where it has none). Takes a list: root, store, user. */}}
{{- define "caudal.connection.store" -}}
{{- $server := include "caudal.server" (list (index . 0) (index . 1)) | fromYaml -}}
{{- include (printf "caudal.connection.%s" $server.kind) . -}}
{{- end -}}

{{/* Where a pod finds the CA of a server. Takes the server's name. */}}
{{- define "caudal.caFile" -}}
{{- printf "/etc/caudal/ca/%s/ca.crt" . -}}
{{- end -}}

{{/* URL of Prometheus, or nothing. */}}
{{- define "caudal.prometheusUrl" -}}
{{- if .Values.prometheus.enabled -}}
{{- printf "http://%s:9090" (include "caudal.dnsName" (list . (include "caudal.name" (list . "prometheus")))) -}}
{{- else -}}
{{- .Values.externalPrometheus.url -}}
{{- end -}}
{{- end -}}
