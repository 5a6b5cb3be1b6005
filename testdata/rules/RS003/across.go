package rs003

import (
	"net/http"

	"example.com/rules/rs003/helper"
)

func BadStatusInOtherPackage(client *http.Client, url string) (int, error) {
	resp, err := client.Get(url) // want RS003 "is not closed on every path"
	if err != nil {
		return 0, err
	}
	return helper.Status(resp), nil
}

func BadByteInOtherPackage(client *http.Client, url string) (byte, error) {
	resp, err := client.Get(url) // want RS003 "is not closed on every path"
	if err != nil {
		return 0, err
	}
	return helper.First(resp.Body), nil
}

func OkDrainedByOtherPackage(client *http.Client, url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	return helper.Drain(resp)
}

func OkClosedAfterOtherPackage(client *http.Client, url string) ([]byte, error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return helper.Read(resp)
}
