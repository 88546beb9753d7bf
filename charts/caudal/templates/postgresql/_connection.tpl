{{/* Where PostgreSQL is, as YAML: as of every store. Takes a list: root, store, user. */}}
{{- define "caudal.connection.postgresql" -}}
{{- $root := index . 0 -}}
{{- $app := index . 2 -}}
{{- $in := $root.Values.postgresql -}}
{{- $out := $root.Values.externalPostgresql -}}
{{- if $in.enabled }}
url: {{ printf "postgresql://%s:5432/caudal" (include "caudal.name" (list $root "postgresql")) | quote }}
username: {{ include "caudal.postgresql.role" $app | quote }}
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
{{- with .Values.externalPostgresql -}}
{{- if and (or (include "caudal.postgresql.hasLanes" $) $.Values.orders.enabled) (or $.Values.postgresql.enabled (and .url (eq .schema "create"))) }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* "true" where an external server is reached by TLS: as the URL says, else if there is a CA. Takes `externalPostgresql`. */}}
{{- define "caudal.postgresql.usesTls" -}}
{{- $mode := regexFind "sslmode=[a-z-]+" (.url | default "") | trimPrefix "sslmode=" -}}
{{- if $mode }}{{ if ne $mode "disable" }}true{{ end }}{{ else if .caSecret }}true{{ end -}}
{{- end -}}

{{/* "true" where a lane stores in it. */}}
{{- define "caudal.postgresql.hasLanes" -}}
{{- $used := false -}}
{{- range .Values.lanes }}{{ if . }}{{ if eq .store "postgresql" }}{{ $used = true }}{{ end }}{{ end }}{{ end -}}
{{- if $used }}true{{ end -}}
{{- end -}}

{{/* Role of a user in the release's own server. Takes the user. */}}
{{- define "caudal.postgresql.role" -}}
{{- printf "caudal_%s" (replace "-" "_" .) -}}
{{- end -}}

{{/* Users of an external server that this release has, with their roles, as YAML. */}}
{{- define "caudal.postgresql.externalUsers" -}}
{{- $users := list -}}
{{- if include "caudal.postgresql.hasLanes" . }}{{ $users = list "consumer" "console" }}{{ end -}}
{{- $users = concat $users (include "caudal.orders.users" . | fromYamlArray) -}}
{{- $films := include "caudal.films.users" . | fromYamlArray -}}
{{- with .Values.externalPostgresql -}}
{{- if and $users (eq .schema "create") }}{{ $users = append $users "owner" }}{{ end -}}
{{- $users = concat $users (ternary $films (without $films "films-owner") (eq .schema "create")) -}}
{{- $roles := .usernames -}}
{{- range $users }}
{{ . }}: {{ index $roles . | quote }}
{{- end }}
{{- end -}}
{{- end -}}
