//go:build feature && (integration || e2e)

package files
