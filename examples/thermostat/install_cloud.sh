#!/usr/bin/env bash
pip3 install -r requirements_cloud.txt
