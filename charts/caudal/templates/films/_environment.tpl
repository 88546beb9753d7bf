{{/* Where films are, as YAML: url, username, secret, key, caSecret. In the release's own PostgreSQL they have a database of their own. Takes a list: root, user. */}}
{{- define "caudal.films.connection" -}}
{{- $connection := include "caudal.connection.postgresql" (list (index . 0) "postgresql" (index . 1)) | fromYaml -}}
{{- if (index . 0).Values.postgresql.enabled }}{{ $_ := set $connection "url" (printf "%s_films" $connection.url) }}{{ end -}}
{{- toYaml $connection -}}
{{- end -}}

{{/* URLs of the replicas, by place, separated by commas. */}}
{{- define "caudal.films.replicaUrls" -}}
{{- if not .Values.films.primaryOnly }}{{ include "caudal.postgresql.readUrls" (list . "caudal_films") | fromYamlArray | join "," }}{{ end -}}
{{- end -}}

{{/* The connection of a program to PostgreSQL, as YAML: env, secrets, cas; see services/_environment.tpl. Takes a list: root, user. */}}
{{- define "caudal.films.environment" -}}
{{- $database := include "caudal.films.connection" . | fromYaml -}}
{{- $env := dict "POSTGRESQL_URL" $database.url "POSTGRESQL_USERNAME" $database.username -}}
{{- $secrets := dict -}}
{{- $cas := dict -}}
{{- if $database.secret }}{{ $_ := set $secrets "POSTGRESQL_PASSWORD" (dict "secret" $database.secret "key" $database.key) }}{{ end -}}
{{- with $database.caSecret -}}
{{- $_ := set $cas "postgresql" . -}}
{{- $_ := set $env "POSTGRESQL_CA_FILE" (include "caudal.caFile" "postgresql") -}}
{{- end -}}
{{- dict "env" $env "secrets" $secrets "cas" $cas | toYaml -}}
{{- end -}}

{{- define "caudal.environment.films-api" -}}
{{- $root := index . 0 -}}
{{- $films := $root.Values.films -}}
{{- $result := include "caudal.films.environment" (list $root (index . 1).user) | fromYaml -}}
{{- $env := merge $result.env (dict
  "POSTGRESQL_REPLICA_URLS" (include "caudal.films.replicaUrls" $root)
  "PRIMARY_READS" (ternary "on" "off" (or $films.primaryOnly $films.primaryReads))
  "REPLICA_MAX_LAG_MS" (int64 $films.maxLagMs)
  "CACHE_MIB" (int64 $films.cacheMiB)
  "PRE_STOP_DELAY_MS" (int64 $films.api.preStopDelayMs)
  "PAGE_DIRECTORY" "/app/services/films/web/dist") -}}
{{- set $result "env" $env | toYaml -}}
{{- end -}}
