{{/* The films system: an API with a page, which reads films from PostgreSQL and its replicas, and a pod that imports them. */}}

{{- define "caudal.system.films" -}}
{{- $films := .Values.films -}}
- name: films-api
  role: entry
  program: services/films/src/api/main.ts
  container: films-api
  environment: films-api
  user: films-api
  http: 8084
  needs: [postgresql]
  {{- with include "caudal.postgresql.replicas" . | fromYaml }}
  calls: { {{ .name }}: [5432] }
  {{- end }}
  isApart: true
  scaled: {{ $films.api.autoscaling.enabled }}
  settings: {{- toYaml $films.api | nindent 4 }}
{{- end -}}

{{/* Users of PostgreSQL that the system has, as a YAML list; none where it is off. It is asked by the catalogue, and asks nothing of it. */}}
{{- define "caudal.films.users" -}}
{{- ternary (list "films-owner" "films-api") list .Values.films.enabled | toJson -}}
{{- end -}}

{{/* Keys of their passwords, as a YAML list. */}}
{{- define "caudal.films.passwords" -}}
{{- $keys := list -}}
{{- range include "caudal.films.users" . | fromYamlArray }}{{ $keys = append $keys (printf "%s-password" .) }}{{ end -}}
{{- toJson $keys -}}
{{- end -}}

{{/* "true" where a pod of the release makes the schema and imports films. */}}
{{- define "caudal.films.imports" -}}
{{- if and .Values.films.enabled (or .Values.postgresql.enabled (eq .Values.externalPostgresql.schema "create")) }}true{{ end -}}
{{- end -}}

{{/* This pod, as an item of caudal.helpers, where there is one. */}}
{{- define "caudal.films.helper" -}}
{{- if include "caudal.films.imports" . }}
- { name: films-data, server: postgresql, user: films-owner, pod: {{ .Values.films.data.pod | default dict | toJson }} }
{{- end }}
{{- end -}}
