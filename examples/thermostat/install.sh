#!/usr/bin/env bash
pip3 install -r requirements.txt --user
