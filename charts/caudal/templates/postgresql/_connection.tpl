{{/* Where PostgreSQL is, as YAML: as of every store. Takes a list: root, store, user. */}}
{{- define "caudal.connection.postgresql" -}}
{{- $root := index . 0 -}}
{{- $app := index . 2 -}}
{{- $in := $root.Values.postgresql -}}
{{- $out := $root.Values.externalPostgresql -}}
{{- if $in.enabled }}
url: {{ printf "postgresql://%s:5432/caudal" (include "caudal.name" (list $root "postgresql")) | quote }}
username: {{ printf "caudal_%s" $app | quote }}
secret: {{ include "caudal.secretName" (list $root "postgresql" $in.auth.existingSecret) | quote }}
key: {{ $app }}-password
{{- else }}
url: {{ $out.url | quote }}
username: {{ index $out.usernames $app | quote }}
{{ include "caudal.externalPassword" (list $root $out $app) }}
caSecret: {{ $out.caSecret | quote }}
{{- end }}
# Neither consumers nor the console may make one.
schema: check
{{- end -}}

{{/* "true" where a pod of the release makes the schemas of its lanes. It is asked by the catalogue, and asks nothing of it. */}}
{{- define "caudal.postgresql.makesSchemas" -}}
{{- $used := false -}}
{{- range .Values.lanes }}{{ if . }}{{ if eq .store "postgresql" }}{{ $used = true }}{{ end }}{{ end }}{{ end -}}
{{- with .Values.externalPostgresql -}}
{{- if and $used (or $.Values.postgresql.enabled (and .url (eq .schema "create"))) }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* "true" where an external server is reached by TLS: as the URL says, else if there is a CA. Takes `externalPostgresql`. */}}
{{- define "caudal.postgresql.usesTls" -}}
{{- $mode := regexFind "sslmode=[a-z-]+" (.url | default "") | trimPrefix "sslmode=" -}}
{{- if $mode }}{{ if ne $mode "disable" }}true{{ end }}{{ else if .caSecret }}true{{ end -}}
{{- end -}}
